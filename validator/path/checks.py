"""What is checked about one certificate of a path by itself, whatever stands above or below it.

Findings of a certificate depend on its role (end entity, CA, trust anchor), the time and the settings only; the
search drops a CA certificate with any of them before it spends a signature check on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from policies.algorithms import AlgorithmPolicy, describe_key, on_test_parameters
from policies.algorithms.ecdsa import EC_PUBLIC_KEY
from policies.algorithms.identifiers import MAX_PUBLIC_KEY
from policies.reasons import Reason
from validator.path.certificate import Certificate, who
from validator.path.details import CertificateDetails
from validator.path.extension_values import ANY_EXTENDED_KEY_USAGE
from validator.path.profile import OBSOLETE_EXTENSIONS
from validator.path.reliable import unreliable_use
from validator.path.types import PathSettings, TrustAnchor


@dataclass(frozen=True, slots=True)
class Findings:
    """Reasons against a certificate, and the leniencies without which there would be more."""

    reasons: tuple[Reason, ...] = ()
    leniencies: frozenset[str] = frozenset()


NOTHING = Findings()


def end_entity_findings(certificate: Certificate, settings: PathSettings, at: datetime) -> Findings:
    """Defects, validity, critical extensions, key identifiers and key of the certificate that is asked about."""
    if settings.check_leaf_validity and not certificate.not_before <= at <= certificate.not_after:
        untimely = _validity(certificate, at)
    else:
        untimely = []
    weak = _key_reasons(certificate, settings.algorithms, at)
    if not untimely and not weak and _spotless(certificate.details):
        return NOTHING
    reasons, used = _profile(certificate, settings)
    return _findings([*reasons, *untimely, *weak], used)


def ca_findings(certificate: Certificate, settings: PathSettings, at: datetime) -> Findings:
    """The same for a certificate that stands above another one, and whether it may (RFC 5280 6.1.4 (k), (n))."""
    reasons, used = _profile(certificate, settings)
    reasons += _validity(certificate, at)
    reasons += authority_reasons(certificate)
    details = certificate.details
    if details.subject_key_id is None and details.ca:
        _tolerate("missing-key-identifiers", _missing("subjectKeyIdentifier"), settings, reasons, used)
    if not purposes_allowed(certificate, settings.eku):
        reasons.append(_purpose(certificate, settings.eku))
    return _findings(reasons, used)


def authority_reasons(certificate: Certificate) -> list[Reason]:
    """Why the certificate may not issue certificates."""
    details = certificate.details
    reasons: list[Reason] = []
    if certificate.version != 3 or not details.ca:
        reasons.append(Reason.of("TS-PATH-NOT-A-CA", subject=who(certificate)))
    if details.key_usage is not None and "keyCertSign" not in details.key_usage:
        reasons.append(Reason.of("TS-PATH-KEY-USAGE", subject=who(certificate)))
    return reasons


def anchor_findings(anchor: TrustAnchor, settings: PathSettings, at: datetime) -> Findings:
    """What speaks against a trust anchor under the flags that hold it to its own certificate (RFC 5937), and its
    sunset date (EN 319 102-1 5.2.6)."""
    certificate = anchor.certificate
    reasons: list[Reason] = []
    used: set[str] = set()
    if anchor.sunset is not None and at > anchor.sunset:
        reasons.append(Reason.of("TS-PATH-ANCHOR-SUNSET", time=anchor.sunset.isoformat()))
    if settings.anchor_expiry and not certificate.not_before <= at <= certificate.not_after:
        reasons.append(Reason.of("TS-PATH-ANCHOR-EXPIRED", subject=who(certificate)))
    if settings.anchor_constraints:
        profile, used = _profile(certificate, settings)
        reasons += profile
        if certificate.details.subject_key_id is None and certificate.version == 3:
            _tolerate("missing-key-identifiers", _missing("subjectKeyIdentifier"), settings, reasons, used)
        if not purposes_allowed(certificate, settings.eku):
            reasons.append(_purpose(certificate, settings.eku))
    if settings.anchor_basic_constraints:
        reasons += authority_reasons(certificate)
        extension = certificate.details.extensions.get("2.5.29.19")
        if extension is not None and not extension.critical and not settings.anchor_constraints:
            reason = Reason.of("TS-PATH-EXTENSION-CRITICALITY", extension=extension.label, wanted="critical")
            _tolerate("non-critical-basic-constraints", reason, settings, reasons, used)
    return _findings(reasons, used)


def signature_algorithm_reasons(
    certificate: Certificate, issuer_spki: bytes, policy: AlgorithmPolicy | None, at: datetime
) -> tuple[Reason, ...]:
    """Uses of algorithms in the certificate's signature that `policy` does not find reliable at `at`, and a key on a
    curve for tests below one that is not."""
    if on_test_parameters(certificate.spki) and not on_test_parameters(issuer_spki):
        return (Reason.of("TS-PATH-TEST-PARAMETERS", subject=who(certificate)),)
    if policy is None:
        return ()
    use = unreliable_use(certificate.inner_algorithm, issuer_spki, policy, at)
    if use is None:
        return ()
    return (Reason.of("TS-PATH-ALGORITHM", algorithm=use.name, bits=use.bits, subject=who(certificate)),)


def purposes_allowed(certificate: Certificate, wanted: frozenset[str] | None) -> bool:
    """The extended key usage, where present, covers all `wanted` purposes (RFC 5280 4.2.1.12); nested in CAs."""
    allowed = certificate.details.extended_key_usage
    return not wanted or allowed is None or ANY_EXTENDED_KEY_USAGE in allowed or wanted <= allowed


def _findings(reasons: list[Reason], used: set[str]) -> Findings:
    return Findings(tuple(reasons), frozenset(used)) if reasons or used else NOTHING


def _spotless(details: CertificateDetails) -> bool:
    """`_profile` finds nothing, whatever the settings are."""
    key_id = details.authority_key_id
    return not details.defects and not details.unknown_critical and key_id is not None and key_id.key_id is not None


def _profile(certificate: Certificate, settings: PathSettings) -> tuple[list[Reason], set[str]]:
    reasons: list[Reason] = []
    used: set[str] = set()
    details = certificate.details
    for defect in details.defects:
        _tolerate(defect.leniency, defect.reason, settings, reasons, used)
    for oid in details.unknown_critical:
        leniency = "obsolete-extensions" if oid in OBSOLETE_EXTENSIONS else None
        reason = Reason.of("TS-PATH-UNKNOWN-CRITICAL-EXTENSION", extension=details.extensions[oid].label)
        _tolerate(leniency, reason, settings, reasons, used)
    key_id = details.authority_key_id
    # 4.1.2.1 asks for readiness to accept any version, and before version 3 there was no place for the identifier.
    if (key_id is None or key_id.key_id is None) and certificate.version == 3 and not certificate.self_issued:
        _tolerate("missing-key-identifiers", _missing("authorityKeyIdentifier"), settings, reasons, used)
    return reasons, used


def _tolerate(
    leniency: str | None, reason: Reason, settings: PathSettings, reasons: list[Reason], used: set[str]
) -> None:
    if leniency is not None and leniency in settings.leniencies:
        used.add(leniency)
    else:
        reasons.append(reason)


def _missing(extension: str) -> Reason:
    return Reason.of("TS-PATH-KEY-IDENTIFIER-MISSING", extension=extension)


def shown(usages: Iterable[str]) -> str:
    """The first of some usages in words; a question may ask for a million."""
    return ", ".join(nsmallest(_MAX_SHOWN, usages))[:200]


_MAX_SHOWN = 10


def _purpose(certificate: Certificate, wanted: frozenset[str] | None) -> Reason:
    missing = (wanted or frozenset()) - (certificate.details.extended_key_usage or frozenset())
    return Reason.of("TS-PATH-EXTENDED-KEY-USAGE", subject=who(certificate), usage=shown(missing))


def _validity(certificate: Certificate, at: datetime) -> list[Reason]:
    # Both ends are inclusive (RFC 5280 4.1.2.5).
    if at < certificate.not_before:
        start = certificate.not_before.isoformat()
        return [Reason.of("TS-PATH-NOT-YET-VALID", subject=who(certificate), begins=start)]
    if at > certificate.not_after:
        return [Reason.of("TS-PATH-EXPIRED", subject=who(certificate), until=certificate.not_after.isoformat())]
    return []


def _key_reasons(certificate: Certificate, policy: AlgorithmPolicy | None, at: datetime) -> list[Reason]:
    """Why the end entity's key is none, or not reliable. A CA's is found out when it has to verify a signature."""
    use = describe_key(certificate.spki)
    if use.name == "malformed" and len(certificate.spki) <= MAX_PUBLIC_KEY:
        # RFC 3279 2.3.1, RFC 5480 2.1.1 and 2.2, RFC 8410 3: a point off the curve, an even modulus, spelt-out curves.
        known = any(defect.reason.code == "TS-PATH-KEY-MALFORMED" for defect in certificate.details.defects)
        return [] if known else [Reason.of("TS-PATH-KEY-MALFORMED", rule="not-a-key-of-its-algorithm")]
    unsized = use.name == EC_PUBLIC_KEY
    if policy is not None and (unsized or use.bits) and policy.finding(use, at) is not None:
        return [Reason.of("TS-PATH-ALGORITHM", algorithm=use.name, bits=use.bits, subject=who(certificate))]
    return []
