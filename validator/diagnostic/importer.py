"""Diagnostic data into Evidence: every fact that a judgement asks for, none of the conclusions."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from policies.reasons import Reason
from validator.diagnostic.certificates import certificate
from validator.diagnostic.revocations import origin, revocation
from validator.diagnostic.services import trust_list
from validator.diagnostic.signatures import signature
from validator.diagnostic.timestamps import evidence_record, owners, timestamp
from validator.diagnostic.xml import DiagnosticError, Node, read
from validator.evidence import AnchorFacts, DocumentFacts, Evidence, TrustMode, TrustState
from validator.evidence.recorded import RecordedCertificate, RecordedFacts, RecordedRevocation

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def import_diagnostic_data(octets: bytes) -> Evidence:
    """The Evidence that a file of diagnostic data records; `recorded.at` is the time that it was recorded for.

    Never raises for any octets: a file that cannot be read gives an Evidence whose `structure` says why.
    """
    try:
        return _evidence(read(octets), octets)
    except DiagnosticError as fault:
        return _unreadable(octets, fault.rule)


def _unreadable(octets: bytes, rule: str) -> Evidence:
    return Evidence(
        container="diagnostic-data",
        documents=(_document(octets, "diagnostic-data"),),
        trust=TrustState(mode=TrustMode.GIVEN),
        structure=(Reason.of("TS-DIAG-UNREADABLE", rule=rule),),
    )


def _document(octets: bytes, name: str) -> DocumentFacts:
    sha256 = hashlib.sha256(octets).hexdigest()
    return DocumentFacts(name=name, sha256=sha256, size=len(octets), role="signed", kind="diagnostic-data")


def _evidence(root: Node, octets: bytes) -> Evidence:
    nodes = list(root.walk("Signatures", "Signature"))
    owned = owners(iter(nodes))
    facts = _recorded(root, nodes)
    stamps = list(root.walk("UsedTimestamps", "Timestamp")) or [
        item for node in nodes for item in node.walk("Timestamps", "Timestamp")
    ]
    return Evidence(
        container="diagnostic-data",
        documents=(_document(octets, root.text("DocumentName") or "diagnostic-data"),),
        trust=TrustState(mode=TrustMode.GIVEN, anchors=tuple(_anchors(facts.certificates))),
        signatures=_unique(map(signature, nodes), lambda item: item.id),
        timestamps=_unique((timestamp(item, at, owned) for at, item in enumerate(stamps)), lambda item: item.id),
        evidence_records=_unique(
            (evidence_record(item, owned) for item in root.walk("EvidenceRecords", "EvidenceRecord")),
            lambda item: item.id,
        ),
        recorded=facts,
    )


def _unique(items: Iterable[T], name: Callable[[T], str]) -> tuple[T, ...]:
    """All items. Raises DiagnosticError when two bear one name: nothing else could tell them apart."""
    found = tuple(items)
    if len({name(item) for item in found}) != len(found):
        raise DiagnosticError("one identifier for two objects")
    return found


def _recorded(root: Node, signatures: list[Node]) -> RecordedFacts:
    inside = _inside(root, signatures)
    revocations = (_with_origins(revocation(item), inside) for item in root.walk("UsedRevocations", "Revocation"))
    return RecordedFacts(
        origin="diagnostic-data",
        at=root.time("ValidationDate") or _EPOCH,
        certificates=_unique(
            (certificate(item) for item in root.walk("UsedCertificates", "Certificate")), lambda item: item.name
        ),
        revocations=_unique(revocations, lambda item: item.name),
        lists=_unique((trust_list(item) for item in root.walk("TrustedLists", "TrustedList")), lambda item: item.name),
    )


def _inside(root: Node, signatures: list[Node]) -> dict[str, set[str]]:
    """Where the signatures and time-stamps themselves carry revocation data."""
    found: dict[str, set[str]] = {}
    for holder in (*signatures, *root.walk("UsedTimestamps", "Timestamp")):
        for item in holder.walk("FoundRevocations", "RelatedRevocation"):
            name = item.attribute("Revocation", "Id") or ""
            found.setdefault(name, set()).update(origin(word) for word in item.texts("Origin"))
    return found


def _with_origins(item: RecordedRevocation, inside: dict[str, set[str]]) -> RecordedRevocation:
    return replace(item, origins=tuple(sorted({*item.origins, *inside.get(item.name, ())})))


def _anchors(certificates: Iterable[RecordedCertificate]) -> Iterator[AnchorFacts]:
    for item in certificates:
        if item.trusted:
            yield AnchorFacts(
                certificate=item.name,
                source=", ".join(item.sources) or "recorded",
                territory=item.person.country,
                sunset=item.sunset,
            )
