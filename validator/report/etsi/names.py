"""The names that TS 119 102-2 V1.4.1 fixes: namespaces and URIs; and ours, for what it leaves to the validator."""

from policies.vocabulary import Indication, SubIndication

NAMESPACE = "http://uri.etsi.org/19102/v1.4.1#"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
TSL = "http://uri.etsi.org/02231/v2#"
OWN = "urn:trustspace:report:1"
PREFIXES = {None: NAMESPACE, "ds": DS, "xades": XADES, "tsl": TSL, "ts": OWN}

_BASE = "urn:etsi:019102:"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

# Clause 4.3.4: constraint status; 4.5.4: type of a proof of existence.
APPLIED = f"{_BASE}constraintStatus:applied"
POE_VALIDATION = f"{_BASE}poetype:validation"
POE_PROVIDED = f"{_BASE}poetype:provided"

# Clause 4.5.1: kinds of validation objects.
_OBJECTS = f"{_BASE}validationObject:"
CERTIFICATE, CRL, OCSP = f"{_OBJECTS}certificate", f"{_OBJECTS}CRL", f"{_OBJECTS}OCSPResponse"
TIMESTAMP, EVIDENCE_RECORD = f"{_OBJECTS}timestamp", f"{_OBJECTS}evidencerecord"
SIGNED_DATA, OTHER = f"{_OBJECTS}signedData", f"{_OBJECTS}other"

UNIDENTIFIED_ALGORITHM = f"{_BASE}algorithm:unidentified"

_REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


def main_indication(indication: Indication) -> str:
    """The URI of a main status. A file without any signature has none there, so it gets one of ours."""
    if indication is Indication.NO_SIGNATURE:
        return "urn:trustspace:mainindication:no-signature"
    return f"{_BASE}mainindication:{indication.lower()}"


def sub_indication(sub: SubIndication) -> str:
    """The URI of a sub-indication."""
    return f"{_BASE}subindication:{sub}"


def process(word: str) -> str:
    """The URI of a validation process: Basic, LTVM or LTA."""
    return f"{_BASE}validationprocess:{word}"


def revocation_reason(code: int) -> str | None:
    """The URI of a CRLReason (RFC 5280 5.3.1), None for a number that has none."""
    return f"{_BASE}revocationReason:{_REASONS[code]}" if code in _REASONS else None


def own(kind: str, name: str) -> str:
    """A URN of ours, for example `urn:trustspace:rule:SAV.signing-time`."""
    return f"urn:trustspace:{kind}:{''.join(item if _plain(item) else f'%{ord(item):02X}' for item in name)}"


def _plain(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "-._:/*@")
