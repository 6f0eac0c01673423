"""Recorded trust services of a certificate, and the trust lists: `TrustServiceProviders` and `TrustedLists`."""

from collections.abc import Iterator

from validator.diagnostic.xml import DiagnosticError, Node
from validator.evidence.recorded import RecordedEquivalence, RecordedList, RecordedService


def services(certificate: Node) -> Iterator[RecordedService]:
    """Every period of every service that stands for the certificate or an issuer of it."""
    for holder in certificate.children("TrustServiceProviders", "TrustedServiceProviders"):
        for provider in holder.children("TrustServiceProvider", "TrustedServiceProvider"):
            for group in provider.children("TrustServices", "TrustedServices"):
                for item in group.children("TrustService", "TrustedService"):
                    yield _service(provider, item)


def _service(provider: Node, item: Node) -> RecordedService:
    start = item.time("StartDate")
    if start is None:
        raise DiagnosticError("a trust service without start")
    return RecordedService(
        list=provider.attribute("TL"),
        parent_list=provider.attribute("LOTL"),
        provider=_english(provider, "TSPNames", "TSPName") or provider.text("TSPName") or "",
        name=_english(item, "ServiceNames", "ServiceName") or item.text("ServiceName") or "",
        type=item.text("ServiceType") or "",
        status=item.text("Status") or "",
        start=start,
        end=item.time("EndDate"),
        identity=item.attribute("ServiceDigitalIdentifier"),
        information=_values(item, "AdditionalServiceInfoUris", "AdditionalServiceInfoUri", "additionalServiceInfoUri"),
        qualifiers=_values(item, "CapturedQualifiers", "Qualifier"),
        expired_since=item.time("ExpiredCertsRevocationInfo"),
        recognised=bool(item.flag("enactedMRA")),
        equivalence=_equivalence(item.child("MRATrustServiceMapping")),
    )


def _equivalence(mapping: Node | None) -> RecordedEquivalence | None:
    if mapping is None:
        return None
    original = mapping.child("OriginalThirdCountryMapping")
    return RecordedEquivalence(
        legal_identifier=mapping.text("TrustServiceLegalIdentifier"),
        since=mapping.time("EquivalenceStatusStartingTime"),
        original_type=original.text("ServiceType") if original else None,
        original_status=original.text("Status") if original else None,
        original_information=_values(original, "AdditionalServiceInfoUris", "AdditionalServiceInfoUri"),
        original_qualifiers=_values(original, "CapturedQualifiers", "Qualifier"),
    )


def _values(node: Node | None, holder: str, *names: str) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(item.value for group in node.children(holder) for item in group.children(*names) if item.value)


def _english(node: Node, holder: str, name: str) -> str | None:
    found = {item.attribute("lang"): item.value for item in node.walk(holder, name) if item.value}
    return found.get("en") or next(iter(found.values()), None)


def trust_list(node: Node) -> RecordedList:
    """One TrustedList. Raises DiagnosticError without an identifier."""
    name = node.attribute("Id") or node.text("CountryCode")
    if not name:
        raise DiagnosticError("a trust list without identifier")
    return RecordedList(
        name=name,
        url=node.text("Url") or "",
        territory=node.text("CountryCode"),
        type=node.text("TSLType"),
        sequence=node.number("SequenceNumber"),
        version=node.number("Version"),
        issued=node.time("IssueDate"),
        next_update=node.time("NextUpdate"),
        loaded=node.time("LastLoading"),
        well_signed=node.flag("WellSigned"),
        list_of_lists=bool(node.flag("LOTL")) or node.name == "LOTL",
        recognised=bool(node.flag("mra")),
        parent=node.attribute("parent"),
    )
