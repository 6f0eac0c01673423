"""Reads lists of trusted entities in JSON (TS 119 602) into the same values as TS 119 612 lists.

Members correspond one to one: TSL… to LoTE…, TSP… to TE…. Members that the standard does not know are refused; the
extension arrays may hold anything and are only named. A compact JWS is read for its payload; its signature is looked at
elsewhere.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from policies.trustlists import uris
from policies.trustlists.errors import TrustListError
from policies.trustlists.model import (
    Address,
    DigitalIdentity,
    ListPointer,
    Localised,
    PostalAddress,
    Provider,
    Scheme,
    ServicePeriod,
    SupplyPoint,
    Texts,
    TrustList,
    TrustService,
)
from policies.trustlists.xml_base import MAX_OCTETS, octets_of, time_of

Row = Mapping[str, Any]
MAX_ENTITIES = 100_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SCHEME = _names(
    "LoTEVersionIdentifier LoTESequenceNumber LoTEType SchemeOperatorName SchemeOperatorAddress SchemeName"
    " SchemeInformationURI StatusDeterminationApproach SchemeTypeCommunityRules SchemeTerritory PolicyOrLegalNotice"
    " HistoricalInformationPeriod PointersToOtherLoTE ListIssueDateTime NextUpdate DistributionPoints SchemeExtensions"
)
_POINTER = _names("LoTELocation ServiceDigitalIdentities LoTEQualifiers")
_QUALIFIER = _names("LoTEType SchemeOperatorName SchemeTypeCommunityRules MimeType SchemeTerritory")
_ENTITY = _names("TEName TETradeName TEAddress TEInformationURI TEInformationExtensions")
_HISTORY = _names(
    "ServiceName ServiceDigitalIdentity ServiceTypeIdentifier ServiceStatus StatusStartingTime"
    " ServiceInformationExtensions"
)
_SERVICE = _HISTORY | _names("ServiceSupplyPoints SchemeServiceDefinitionURI ServiceDefinitionURI")
_IDENTITY = _names("X509Certificates X509SubjectNames PublicKeyValues X509SKIs OtherIds")
_POSTAL = _names("lang StreetAddress Locality StateOrProvince PostalCode Country")


def read_json_list(octets: bytes) -> TrustList:
    """The list in a JSON file or in the payload of a compact JWS. Raises TrustListError; never anything else."""
    if len(octets) > MAX_OCTETS:
        raise TrustListError("larger than this software reads")
    whole = _object(_loaded(payload(octets)), frozenset(("LoTE",)), "the file")
    listed = _object(whole.get("LoTE"), frozenset(("ListAndSchemeInformation", "TrustedEntitiesList")), "LoTE")
    scheme = _scheme(_object(listed.get("ListAndSchemeInformation"), _SCHEME, "ListAndSchemeInformation"))
    entities = _array(listed, "TrustedEntitiesList")
    if len(entities) > MAX_ENTITIES:
        raise TrustListError("too many entities")
    return TrustList(
        scheme=scheme,
        providers=tuple(_provider(item, scheme) for item in entities),
        digest=hashlib.sha256(octets).hexdigest(),
    )


def payload(octets: bytes) -> bytes:
    """The JSON itself, out of a compact JWS (RFC 7515 7.1) where it is one. Raises TrustListError."""
    if octets.lstrip()[:1] == b"{":
        return octets
    parts = octets.strip().split(b".")
    if len(parts) != 3:
        raise TrustListError("neither JSON nor a compact JWS")
    return url_octets(parts[1])


def url_octets(value: bytes) -> bytes:
    """Base64url without padding (RFC 7515 2). Raises TrustListError."""
    try:
        return base64.b64decode(value + b"=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise TrustListError("a part is not base64url") from None


def _loaded(octets: bytes) -> Any:
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        raise TrustListError("not JSON") from None


# --- members -----------------------------------------------------------------------------------------------------


def _object(value: Any, known: frozenset[str], name: str) -> Row:
    if not isinstance(value, dict):
        raise TrustListError(f"{name} is not an object")
    unknown = sorted(set(value) - known)
    if unknown:
        raise TrustListError(f"{name} has a member that is not known: {unknown[0][:60]}")
    return value


def _array(row: Row, name: str) -> list[Any]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise TrustListError(f"{name} is not an array")
    return value


def _string(row: Row, name: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise TrustListError(f"{name} is not a string")
    return value


def _required(row: Row, name: str) -> str:
    value = _string(row, name)
    if value is None:
        raise TrustListError(f"{name} is missing")
    return value


def _number(row: Row, name: str, default: int | None = None) -> int:
    value = row.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise TrustListError(f"{name} is not a number")
    return value


def _texts(row: Row, name: str, member: str = "value") -> Texts:
    found = (_object(item, frozenset(("lang", member)), name) for item in _array(row, name))
    return tuple(Localised(_required(item, "lang"), _required(item, member)) for item in found)


def _uris(row: Row, name: str) -> Texts:
    return _texts(row, name, "uriValue")


# --- the scheme --------------------------------------------------------------------------------------------------


def _scheme(row: Row) -> Scheme:
    due = _required(row, "NextUpdate")
    notices = [
        _object(item, frozenset(("LoTEPolicy", "LoTELegalNotice")), "a notice")
        for item in _array(row, "PolicyOrLegalNotice")
    ]
    policies = tuple(_notice(item["LoTEPolicy"], "uriValue") for item in notices if "LoTEPolicy" in item)
    legal = tuple(_notice(item["LoTELegalNotice"], "value") for item in notices if "LoTELegalNotice" in item)
    operator = _texts(row, "SchemeOperatorName")
    if not operator:
        raise TrustListError("SchemeOperatorName is missing")
    return Scheme(
        version=_number(row, "LoTEVersionIdentifier"),
        sequence=_number(row, "LoTESequenceNumber"),
        type=_string(row, "LoTEType") or "",
        operator=operator,
        address=_address(row.get("SchemeOperatorAddress"), "SchemeOperator"),
        names=_texts(row, "SchemeName"),
        information=_uris(row, "SchemeInformationURI"),
        status_determination=_string(row, "StatusDeterminationApproach") or "",
        rules=_uris(row, "SchemeTypeCommunityRules"),
        territory=_string(row, "SchemeTerritory"),
        notices=policies or legal,
        notices_are_policies=bool(policies),
        history_period=_number(row, "HistoricalInformationPeriod", uris.FOR_EVER),
        pointers=tuple(_pointer(item) for item in _array(row, "PointersToOtherLoTE")),
        issued=time_of(_required(row, "ListIssueDateTime"), "ListIssueDateTime"),
        next_update=time_of(due, "NextUpdate"),
        distribution_points=_strings(row, "DistributionPoints"),
        unknown_extensions=tuple("extension" for _ in _array(row, "SchemeExtensions")),
    )


def _notice(value: Any, member: str) -> Localised:
    row = _object(value, frozenset(("lang", member)), "a notice")
    return Localised(_required(row, "lang"), _required(row, member))


def _strings(row: Row, name: str) -> tuple[str, ...]:
    found = _array(row, name)
    if not all(isinstance(item, str) for item in found):
        raise TrustListError(f"{name} holds something else than strings")
    return tuple(found)


def _address(value: Any, prefix: str) -> Address:
    names = _members(prefix)
    row = {} if value is None else _object(value, frozenset(names), f"the address of {prefix}")
    postal = (_object(item, _POSTAL, "a postal address") for item in _array(row, names[0]))
    return Address(postal=tuple(_postal(item) for item in postal), electronic=_uris(row, names[1]))


def _members(prefix: str) -> tuple[str, str]:
    return f"{prefix}PostalAddress", f"{prefix}ElectronicAddress"


def _postal(row: Row) -> PostalAddress:
    return PostalAddress(
        language=_required(row, "lang"),
        street=_string(row, "StreetAddress") or "",
        locality=_string(row, "Locality") or "",
        state=_string(row, "StateOrProvince"),
        postal_code=_string(row, "PostalCode"),
        country=_string(row, "Country") or "",
    )


def _pointer(value: Any) -> ListPointer:
    row = _object(value, _POINTER, "a pointer")
    found = [_object(item, _QUALIFIER, "a pointer's qualifier") for item in _array(row, "LoTEQualifiers")]
    first = found[0] if found else {}
    identities = (_identity(item) for item in _array(row, "ServiceDigitalIdentities"))
    return ListPointer(
        location=_required(row, "LoTELocation"),
        signers=tuple(one for item in identities for one in item.certificates),
        type=_string(first, "LoTEType"),
        operator=_texts(first, "SchemeOperatorName"),
        rules=_uris(first, "SchemeTypeCommunityRules"),
        territory=_string(first, "SchemeTerritory"),
        mime_type=_string(first, "MimeType"),
    )


# --- entities and services ---------------------------------------------------------------------------------------


def _provider(value: Any, scheme: Scheme) -> Provider:
    row = _object(value, frozenset(("TrustedEntityInformation", "TrustedEntityServices")), "an entity")
    information = _object(row.get("TrustedEntityInformation"), _ENTITY, "TrustedEntityInformation")
    names = _texts(information, "TEName")
    services = _array(row, "TrustedEntityServices")
    if not names or not services:
        raise TrustListError("an entity without a name or without a service")
    return Provider(
        names=names,
        trade_names=_texts(information, "TETradeName"),
        address=_address(information.get("TEAddress"), "TE"),
        information=_uris(information, "TEInformationURI"),
        services=tuple(_service(item, scheme) for item in services),
    )


def _service(value: Any, scheme: Scheme) -> TrustService:
    row = _object(value, frozenset(("ServiceInformation", "ServiceHistory")), "a service")
    current = _object(row.get("ServiceInformation"), _SERVICE, "ServiceInformation")
    history = [_object(item, _HISTORY, "a history instance") for item in _array(row, "ServiceHistory")]
    if any("ServiceStatus" not in item or "StatusStartingTime" not in item for item in history):
        raise TrustListError("a history instance without status or starting time")
    return TrustService(current=_period(current, scheme), history=tuple(_period(item, scheme) for item in history))


def _period(row: Row, scheme: Scheme) -> ServicePeriod:
    """Where the profile of a list has no statuses, presence is trust, from the issue of the list on."""
    start = _string(row, "StatusStartingTime")
    names = _texts(row, "ServiceName")
    if not names:
        raise TrustListError("ServiceName is missing")
    return ServicePeriod(
        type=_string(row, "ServiceTypeIdentifier") or "",
        names=names,
        identity=_identity(row.get("ServiceDigitalIdentity")),
        status=_string(row, "ServiceStatus") or "",
        start=scheme.issued if start is None else time_of(start, "StatusStartingTime"),
        unknown_extensions=tuple("extension" for _ in _array(row, "ServiceInformationExtensions")),
        critical_unknown=bool(_array(row, "ServiceInformationExtensions")),
        scheme_definitions=_uris(row, "SchemeServiceDefinitionURI"),
        supply_points=tuple(_supply_point(item) for item in _array(row, "ServiceSupplyPoints")),
        provider_definitions=_uris(row, "ServiceDefinitionURI"),
    )


def _supply_point(value: Any) -> SupplyPoint:
    row = _object(value, frozenset(("ServiceType", "uriValue")), "a supply point")
    return SupplyPoint(uri=_required(row, "uriValue"), type=_string(row, "ServiceType"))


def _identity(value: Any) -> DigitalIdentity:
    row = _object(value, _IDENTITY, "a digital identity")
    return DigitalIdentity(
        certificates=tuple(_certificates(row)),
        subject_names=_strings(row, "X509SubjectNames"),
        key_identifiers=tuple(octets_of(item, "X509SKI") for item in _strings(row, "X509SKIs")),
        others=(*("PublicKeyValue" for _ in _array(row, "PublicKeyValues")), *_strings(row, "OtherIds")),
    )


def _certificates(row: Row) -> Iterator[bytes]:
    for item in _array(row, "X509Certificates"):
        yield octets_of(_string(_object(item, frozenset(("val",)), "a certificate"), "val"), "a certificate")
