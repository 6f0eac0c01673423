"""Writes lists of trusted entities in JSON (TS 119 602); what is written reads back as the same values.

Unsigned: the JSON is the payload of the operator's JAdES signature. Parts of TS 119 612 that the JSON binding keeps in
extensions (qualifications, additional information, agreements) are refused, never dropped.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from policies.trustlists.model import (
    Address,
    DigitalIdentity,
    ListPointer,
    PostalAddress,
    Provider,
    Scheme,
    ServicePeriod,
    Texts,
    TrustList,
    TrustService,
)

Json = dict[str, Any]


def write_json_list(listed: TrustList) -> bytes:
    """The list as JSON, UTF-8. Raises ValueError for parts that this binding does not carry."""
    body: Json = {"ListAndSchemeInformation": _scheme(listed.scheme)}
    if listed.providers:
        body["TrustedEntitiesList"] = [_provider(item) for item in listed.providers]
    return json.dumps({"LoTE": body}, ensure_ascii=False, separators=(",", ":")).encode()


def _scheme(scheme: Scheme) -> Json:
    if scheme.unknown_extensions:
        raise ValueError("the scheme has extensions that are not known and cannot be written")
    if scheme.next_update is None:
        raise ValueError("a list of trusted entities has a next update")
    notice = ("LoTEPolicy", "uriValue") if scheme.notices_are_policies else ("LoTELegalNotice", "value")
    return _filled(
        LoTEVersionIdentifier=scheme.version,
        LoTESequenceNumber=scheme.sequence,
        LoTEType=scheme.type or None,
        SchemeOperatorName=_texts(scheme.operator),
        SchemeOperatorAddress=_address(scheme.address, "SchemeOperator"),
        SchemeName=_texts(scheme.names),
        SchemeInformationURI=_uris(scheme.information),
        StatusDeterminationApproach=scheme.status_determination or None,
        SchemeTypeCommunityRules=_uris(scheme.rules),
        SchemeTerritory=scheme.territory,
        PolicyOrLegalNotice=[{notice[0]: {"lang": item.language, notice[1]: item.text}} for item in scheme.notices],
        HistoricalInformationPeriod=scheme.history_period,
        PointersToOtherLoTE=[_pointer(item) for item in scheme.pointers],
        ListIssueDateTime=_time(scheme.issued),
        NextUpdate=_time(scheme.next_update),
        DistributionPoints=list(scheme.distribution_points),
    )


def _filled(**members: Any) -> Json:
    """Without what is absent or empty."""
    return {name: value for name, value in members.items() if value is not None and value != [] and value != {}}


def _texts(texts: Texts, member: str = "value") -> list[Json]:
    return [{"lang": item.language, member: item.text} for item in texts]


def _uris(texts: Texts) -> list[Json]:
    return _texts(texts, "uriValue")


def _address(address: Address, prefix: str) -> Json:
    return _filled(
        **{
            f"{prefix}PostalAddress": [_postal(item) for item in address.postal],
            f"{prefix}ElectronicAddress": _uris(address.electronic),
        }
    )


def _postal(item: PostalAddress) -> Json:
    return _filled(
        lang=item.language,
        StreetAddress=item.street or None,
        Locality=item.locality or None,
        StateOrProvince=item.state,
        PostalCode=item.postal_code,
        Country=item.country or None,
    )


def _pointer(pointer: ListPointer) -> Json:
    if pointer.agreement is not None:
        raise ValueError("an agreement of mutual recognition has no place in this binding")
    qualifier = _filled(
        LoTEType=pointer.type,
        SchemeOperatorName=_texts(pointer.operator),
        SchemeTypeCommunityRules=_uris(pointer.rules),
        MimeType=pointer.mime_type,
        SchemeTerritory=pointer.territory,
    )
    return _filled(
        LoTELocation=pointer.location,
        ServiceDigitalIdentities=[_certificates((item,)) for item in pointer.signers],
        LoTEQualifiers=[qualifier] if qualifier else [],
    )


def _provider(provider: Provider) -> Json:
    information = _filled(
        TEName=_texts(provider.names),
        TETradeName=_texts(provider.trade_names),
        TEAddress=_address(provider.address, "TE"),
        TEInformationURI=_uris(provider.information),
    )
    services = [_service(item) for item in provider.services]
    return {"TrustedEntityInformation": information, "TrustedEntityServices": services}


def _service(service: TrustService) -> Json:
    current = _period(service.current) | _filled(
        ServiceSupplyPoints=[
            _filled(ServiceType=item.type, uriValue=item.uri) for item in service.current.supply_points
        ],
        SchemeServiceDefinitionURI=_uris(service.current.scheme_definitions),
        ServiceDefinitionURI=_uris(service.current.provider_definitions),
    )
    return _filled(ServiceInformation=current, ServiceHistory=[_period(item) for item in service.history])


def _period(period: ServicePeriod) -> Json:
    beyond = (period.additional, period.qualifications, period.unknown_extensions)
    if any(beyond) or period.taken_over_by is not None or period.expired_revocation_from is not None:
        raise ValueError("a service has extensions, which this binding does not carry")
    return _filled(
        ServiceName=_texts(period.names),
        ServiceTypeIdentifier=period.type or None,
        ServiceStatus=period.status or None,
        StatusStartingTime=_time(period.start),
    ) | {"ServiceDigitalIdentity": _identity(period.identity)}


def _identity(identity: DigitalIdentity) -> Json:
    if identity.others:
        raise ValueError("an identity holds key values, which cannot be written")
    return _certificates(identity.certificates) | _filled(
        X509SubjectNames=list(identity.subject_names),
        X509SKIs=[_base64(item) for item in identity.key_identifiers],
    )


def _certificates(certificates: tuple[bytes, ...]) -> Json:
    return _filled(X509Certificates=[{"val": _base64(item)} for item in certificates])


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
