"""SignatureValidationStatus (TS 119 102-2 clause 4.3.9): indications, and the data behind them: chain, revocation,
algorithms, time-stamps, every reason with its sentence.
"""

from policies.reasons import Reason, definition
from policies.vocabulary import Indication, SubIndication
from validator.judge.verdict import ChainLink, EvidenceRecordVerdict, SignatureVerdict, TimestampVerdict
from validator.report.etsi import names
from validator.report.etsi.nodes import Element, add, add_own, add_time, add_typed, refer
from validator.report.etsi.objects import Objects
from validator.report.told import tell

Judged = SignatureVerdict | TimestampVerdict | EvidenceRecordVerdict
_CRYPTO = (SubIndication.CRYPTO_CONSTRAINTS_FAILURE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)


def add_indications(parent: Element, indication: Indication, sub: SubIndication | None) -> None:
    """MainIndication and SubIndication."""
    add(parent, "MainIndication", names.main_indication(indication))
    if sub is not None:
        add(parent, "SubIndication", names.sub_indication(sub))


def add_status(parent: Element, item: Judged, objects: Objects) -> None:
    """The status of one signature, time-stamp or evidence record."""
    made = add(parent, "SignatureValidationStatus")
    add_indications(made, item.indication, item.sub_indication)
    chain = () if isinstance(item, EvidenceRecordVerdict) else item.chain
    data = add(made, "AssociatedValidationReportData")
    _add_chain(data, chain, objects)
    for identifier in _related(item, objects):
        refer(data, "RelatedValidationObject", identifier)
    revoked = [link for link in chain if link.revocation_time is not None and objects.certificate(link.certificate)]
    if revoked:
        _add_revocation(data, revoked[0], objects)
    weak = [reason for reason in item.reasons if _is_crypto(reason)]
    if weak:
        _add_crypto(data, weak[0], chain, item, objects)
    _add_reasons(data, item.reasons)
    if len(data) == 0:
        made.remove(data)
    _add_more(made, revoked[1:], weak[1:], chain, item, objects)


def _add_more(
    made: Element,
    revoked: list[ChainLink],
    weak: list[Reason],
    chain: tuple[ChainLink, ...],
    item: Judged,
    objects: Objects,
) -> None:
    """A further revoked certificate or weak algorithm needs a part of its own: each part has room for one."""
    for link in revoked:
        _add_revocation(add(made, "AssociatedValidationReportData"), link, objects)
    for reason in weak:
        data = add(made, "AssociatedValidationReportData")
        _add_crypto(data, reason, chain, item, objects)
        if len(data) == 0:
            made.remove(data)


def _add_chain(data: Element, chain: tuple[ChainLink, ...], objects: Objects) -> None:
    known = [(link, objects.certificate(link.certificate)) for link in chain]
    identifiers = [(link, identifier) for link, identifier in known if identifier is not None]
    if not identifiers:
        return
    (_, first), *others = identifiers
    anchor = others[-1][1] if others and others[-1][0].anchor_source is not None else None
    if anchor is not None:
        refer(data, "TrustAnchor", anchor)
    made = add(data, "CertificateChain")
    refer(made, "SigningCertificate", first)
    for _, identifier in others[:-1] if anchor is not None else others:
        refer(made, "IntermediateCertificate", identifier)
    if anchor is not None:
        refer(made, "TrustAnchor", anchor)
    information = add(made, "OtherInformation")
    for link, identifier in identifiers:
        add_own(
            information,
            "Certificate",
            object=identifier,
            subject=link.subject,
            issuer=link.issuer,
            status=link.status,
            statusSource=objects.certificate(link.status_source),
            anchorSource=link.anchor_source,
            cross="true" if link.cross else None,
        )


def _related(item: Judged, objects: Objects) -> list[str]:
    """Time-stamps of a signature, archive time-stamps of a record, and the status information of the chain."""
    found: list[str | None] = []
    if isinstance(item, SignatureVerdict):
        stamps = [
            one.id for one in objects.verdict.timestamps if one.owner == item.id or one.id == item.best_time_proof
        ]
        found += [objects.id("timestamp", one) for one in stamps]
        owned = [one.id for one in objects.verdict.evidence_records if one.owner == item.id]
        found += [objects.id("evidence-record", one) for one in owned]
    elif isinstance(item, EvidenceRecordVerdict):
        found += [objects.id("timestamp", one) for one in item.timestamps]
    if not isinstance(item, EvidenceRecordVerdict):
        found += [objects.certificate(link.status_source) for link in item.chain]
    return list(dict.fromkeys(one for one in found if one is not None))


def _add_revocation(data: Element, link: ChainLink, objects: Objects) -> None:
    identifier = objects.certificate(link.certificate)
    if link.revocation_time is None or identifier is None:
        return
    made = add(data, "RevocationStatusInformation")
    refer(made, "ValidationObjectId", identifier)
    add_time(made, "RevocationTime", link.revocation_time)
    reason = names.revocation_reason(link.revocation_reason) if link.revocation_reason is not None else None
    if reason is not None:
        add(made, "RevocationReason", reason)
    source = objects.certificate(link.status_source)
    if source is not None:
        refer(made, "RevocationObject", source)


def _is_crypto(reason: Reason) -> bool:
    return definition(reason.code).sub_indication in _CRYPTO and "algorithm" in reason.mapping()


def _add_crypto(data: Element, reason: Reason, chain: tuple[ChainLink, ...], item: Judged, objects: Objects) -> None:
    """CryptoInformation. The object is the certificate that the reason names by its subject, else the signature or
    time-stamp's own, else the first document; without any there is nothing that the schema would let us say."""
    said = reason.mapping()
    of_chain = (link.certificate for link in chain if link.subject == said.get("subject"))
    own = next(of_chain, chain[0].certificate if chain else None)
    identifier = objects.id("timestamp", item.id) or objects.certificate(own) or _document(objects)
    if identifier is None:
        return
    made = add(data, "CryptoInformation")
    refer(made, "ValidationObjectId", identifier)
    name = said["algorithm"]
    add(made, "Algorithm", f"urn:oid:{name}" if name.replace(".", "").isdigit() else names.own("algorithm", name))
    if said.get("bits", "").isdigit():
        parameters = add(made, "AlgorithmParameters")
        add(parameters, "Type", names.own("algorithm-parameter", "bits"))
        add(parameters, "Value", said["bits"])
    add(made, "SecureAlgorithm", "false")
    until = said.get("until", "")
    if len(until) == 10 and until.replace("-", "").isdigit():
        add(made, "NotAfter", f"{until}T00:00:00Z")


def _document(objects: Objects) -> str | None:
    documents = objects.evidence.documents
    return objects.id("document", documents[0].sha256) if documents else None


def _add_reasons(data: Element, reasons: tuple[Reason, ...]) -> None:
    if not reasons:
        return
    made = add(data, "AdditionalValidationReportData")
    for reason in reasons:
        said = tell(reason)
        text = f"{said.sentence} ({said.severity}; {said.clause}) {said.next}"
        add_typed(made, "ReportData", names.own("reason", reason.code), text.strip())
