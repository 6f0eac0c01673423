"""What no profile may say, checked when it is loaded: each rule with its clause."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ca import oids
from ca.errors import ProfileError
from ca.extensions import KEY_USAGE_BITS
from ca.names import ATTRIBUTES
from ops.platform.keys import KeyAlgorithm

if TYPE_CHECKING:
    from ca.profile import ProfileConfig

_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*)){1,40}")
# Types A, B and F of EN 319 412-2 4.3.2: the only ones for signing documents.
_CONTENT_COMMITMENT = (
    {"nonRepudiation"},
    {"nonRepudiation", "digitalSignature"},
    {"nonRepudiation", "digitalSignature", "keyEncipherment"},
    {"nonRepudiation", "digitalSignature", "keyAgreement"},
)
_SERVICE_USAGE = {"ocsp": oids.EKU_OCSP_SIGNING, "tsa": oids.EKU_TIME_STAMPING, "ttp": oids.EKU_DVCS}
_HIGHEST_DAYS = {"ocsp": 400, "tsa": 5_500, "ttp": 5_500}
_END_ENTITY_DAYS = 1_830


def check_profile(name: str, config: "ProfileConfig") -> None:
    """Raise ProfileError with the first broken rule."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise ProfileError(f"The profile name {name!r} may hold only small letters, digits and hyphens.")
    for fault in _faults(config):
        raise ProfileError(f"The profile {name} {fault}.")


def _faults(config: "ProfileConfig") -> Iterator[str]:
    yield from _vocabulary(config)
    yield from _validity(config)
    yield from _ca(config) if config.purpose.is_ca else _end_entity(config)
    yield from _status(config)
    yield from _qualified(config)


def _vocabulary(config: "ProfileConfig") -> Iterator[str]:
    subject = config.subject
    grouped = [attribute for group in subject.one_of for attribute in group]
    for attribute in (*subject.required, *subject.optional, *grouped):
        if attribute not in ATTRIBUTES:
            yield f"names the unknown subject attribute {attribute}"
    for bit in config.key.usage:
        if bit not in KEY_USAGE_BITS:
            yield f"names the unknown key usage {bit}"
    for algorithm in config.key.algorithms:
        if algorithm not in set(KeyAlgorithm):
            yield f"names the unknown key algorithm {algorithm}"
    laws = config.jurisdiction.values()
    listed = [oid for law in laws for oid in (*law.policies, *law.extended_usage)]
    for oid in (*config.key.extended_usage, *listed):
        if not _OID.fullmatch(oid):
            yield f"holds {oid!r}, which is not an object identifier"
    if any(oid == oids.ANY_POLICY for law in laws for oid in law.policies):
        yield "asserts anyPolicy, which would make every policy of every state its own"
    if not config.key.usage or not config.key.algorithms:
        yield "names no key usage or no key algorithm"
    if "countryName" not in subject.required:
        yield "does not require countryName (EN 319 412-2 4.2.4)"


def _validity(config: "ProfileConfig") -> Iterator[str]:
    validity = config.validity
    if validity.days > validity.longest_days:
        yield "has a usual validity beyond its longest one"
    if not config.purpose.is_ca:
        bound = _HIGHEST_DAYS.get(config.purpose.value, _END_ENTITY_DAYS)
        if validity.longest_days > bound:
            yield f"allows more than {bound} days of validity"
        if validity.preparation_hours > 24:
            yield "lets an end-entity certificate be backdated by more than 24 hours"


def _ca(config: "ProfileConfig") -> Iterator[str]:
    if set(config.key.usage) != {"keyCertSign", "cRLSign"}:
        yield "has to use keyCertSign and cRLSign and nothing else for a CA (RFC 5280 4.2.1.3)"
    if config.qualified is not None:
        yield "puts QCStatements into a CA certificate"
    if config.publication.no_check:
        yield "exempts a CA from revocation checks"
    if config.purpose.value == "cross" and config.approvals < 1:
        yield "lets a cross-certificate be issued without approval"


def _end_entity(config: "ProfileConfig") -> Iterator[str]:
    usage = set(config.key.usage)
    if usage & {"keyCertSign", "cRLSign"}:
        yield "lets an end entity sign certificates or lists (RFC 5280 4.2.1.3)"
    if config.path_length is not None:
        yield "gives an end entity a path length"
    service = _SERVICE_USAGE.get(config.purpose.value)
    if service is None:
        if usage not in _CONTENT_COMMITMENT:
            yield "has to use nonRepudiation alone or with one of the pairs of types B and F (EN 319 412-2 4.3.2)"
        if config.key.extended_usage_critical:
            yield "makes the extended key usage of a person's certificate critical (EN 319 412-2 4.3.10)"
        if {*_SERVICE_USAGE.values(), oids.ANY_EXTENDED_KEY_USAGE} & set(config.key.extended_usage):
            yield "gives a person the usage of a trust service"
    elif config.key.extended_usage != (service,):
        yield f"has to have exactly the extended key usage {service}"
    elif config.purpose.value in ("tsa", "ttp") and not config.key.extended_usage_critical:
        yield "has to make its extended key usage critical (RFC 3161 2.3, RFC 3029 9)"


def _status(config: "ProfileConfig") -> Iterator[str]:
    publication = config.publication
    if publication.no_check and config.purpose.value != "ocsp":
        yield "uses ocsp-nocheck outside an OCSP responder (RFC 6960 4.2.2.2.1)"
    if publication.no_check and config.validity.longest_days > 92:
        yield "exempts a responder from revocation checks for more than three months"
    if config.purpose.value == "root":
        return
    if not publication.issuer:
        yield "does not point to the issuer's certificate (EN 319 412-2 4.4.1)"
    if not (publication.crl or publication.ocsp or publication.no_check):
        yield "points to no status information (EN 319 412-2 4.3.11)"


def _qualified(config: "ProfileConfig") -> Iterator[str]:
    qualified = config.qualified
    if qualified is None:
        return
    legal = config.purpose.value == "legal-person"
    if config.purpose.value not in ("legal-person", "natural-person", "organisation-person"):
        yield "makes a trust service's certificate a qualified one for persons"
    if legal != (qualified.type == "eseal"):
        yield "has a QcType that does not fit its subject (EN 319 412-5 4.2.3)"
    if "en" not in qualified.disclosure_languages:
        yield "has no disclosure statement in English (EN 319 412-5 4.3.4)"
    if any(not re.fullmatch("[a-z]{2}", language) for language in qualified.disclosure_languages):
        yield "names a language that is not an ISO 639-1 code"
    union = config.jurisdiction.get("EU")
    right = {
        (True, True): oids.QCP_L_QSCD,
        (True, False): oids.QCP_L,
        (False, True): oids.QCP_N_QSCD,
        (False, False): oids.QCP_N,
    }[legal, qualified.device]
    if union is None or right not in union.policies:
        yield f"lacks the policy {right} under the law of the Union (EN 319 411-2 5.3)"
    for code, law in config.jurisdiction.items():
        if any(policy.startswith(oids.QCP_ARC) and policy != right for policy in law.policies):
            yield f"claims a policy of EN 319 411-2 that does not fit its statements, under {code}"
