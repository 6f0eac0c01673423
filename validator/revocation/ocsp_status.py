"""What the offered OCSP responses say about one certificate (RFC 6960 3.2, 4.2.2; nonce: RFC 9654)."""

from datetime import UTC, datetime

from policies.reasons import Reason
from validator.revocation.entries import CERTIFICATE_HOLD
from validator.revocation.extensions import ALL_REASONS
from validator.revocation.findings import Finding
from validator.revocation.keys import issuer_digests
from validator.revocation.ocsp import GOOD, RESPONSE_STATUS, REVOKED, UNKNOWN, OcspResponse, SingleResponse
from validator.revocation.question import Question
from validator.revocation.signers import Signer, ocsp_signer
from validator.revocation.types import Status


def ocsp_findings(question: Question) -> list[Finding]:
    """The statements of all OCSP responses that are authentic and speak about the certificate."""
    index = question.evidence.index
    for response in index.unsuccessful:
        status = RESPONSE_STATUS[response.response_status]
        question.note("TS-REV-OCSP-UNSUCCESSFUL", source=response.sha256, status=status)
    answers = index.ocsps.get(question.certificate.serial_octets, ())
    if len(answers) > 1:
        # Newest first, so that a limit on the work cuts off the same responses in whatever order they came.
        answers = tuple(sorted(answers, key=_order, reverse=True))
    return [finding for response in answers for finding in _response_findings(question, response)]


def _order(response: OcspResponse) -> tuple[float, str]:
    produced = response.produced_at
    return 0.0 if produced is None else produced.timestamp(), response.sha256


def _response_findings(question: Question, response: OcspResponse) -> list[Finding]:
    question.context.in_time()
    singles = [single for single in response.responses if _speaks_about(question, single)]
    if not singles:
        # Same serial number, other issuer; said only where nothing better is found.
        question.note("TS-REV-OTHER-CERTIFICATE", source=response.sha256)
        return []
    if not _usable(question, response):
        return []
    notes = question.admitted("ocsp", response.sha256, response.faults)
    found: list[Finding] = []
    signer: Signer | None = None
    for single in singles:
        if not _single_usable(question, response, single):
            continue
        signer = signer or ocsp_signer(question, response)
        if signer is None:
            break
        finding = _finding(question, response, single, signer, notes or ())
        # A response that breaks the profile makes nothing good; a revocation that its signer stated stays one.
        if finding is not None and (notes is not None or finding.status is not Status.GOOD):
            found.append(finding)
    return found


def _speaks_about(question: Question, single: SingleResponse) -> bool:
    # 3.2 (1): the certificate is the one that was asked about: issuer's name, issuer's key and serial number.
    cert_id = single.cert_id
    if cert_id.serial_octets != question.certificate.serial_octets:
        return False
    # The digest is over the issuer's name as the certificate writes it (4.1.1), which may differ from how the
    # issuer's certificate writes its subject.
    wanted, issuer = (cert_id.issuer_name_hash, cert_id.issuer_key_hash), question.issuer
    if issuer_digests(cert_id.hash_algorithm, issuer.subject.der, issuer.spki) == wanted:
        return True
    written = question.certificate.issuer.der
    return written != issuer.subject.der and issuer_digests(cert_id.hash_algorithm, written, issuer.spki) == wanted


def _usable(question: Question, response: OcspResponse) -> bool:
    if response.unknown_critical:
        oid = response.unknown_critical[0]
        question.note("TS-REV-CRITICAL-EXTENSION", kind="ocsp", source=response.sha256, extension=oid)
        return False
    expected = question.context.nonce
    if expected is not None and response.nonce != expected:
        question.note("TS-REV-NONCE", source=response.sha256)
        return False
    if response.produced_at is None or question.context.produced_later:
        return True
    return question.issued_in_time(response.sha256, response.produced_at)


def _single_usable(question: Question, response: OcspResponse, single: SingleResponse) -> bool:
    if single.unknown_critical:
        oid = single.unknown_critical[0]
        question.note("TS-REV-CRITICAL-EXTENSION", kind="ocsp", source=response.sha256, extension=oid)
        return False
    if single.status == UNKNOWN:
        question.note("TS-REV-OCSP-UNKNOWN", source=response.sha256)
        return False
    return question.issued_in_time(response.sha256, single.this_update)


def _finding(
    question: Question, response: OcspResponse, single: SingleResponse, signer: Signer, notes: tuple[Reason, ...]
) -> Finding | None:
    status = _status(question, response, single)
    if status is None:
        return None
    if _never_issued(response, single):
        status, notes = Status.REVOKED, (*notes, Reason.of("TS-REV-NEVER-ISSUED", source=response.sha256))
    return Finding(
        status,
        ALL_REASONS,
        response.sha256,
        "ocsp",
        single.this_update,
        single.next_update,
        question.fresh(single.this_update, single.next_update, undated=question.context.undated),
        signer.path,
        single.revocation_time,
        single.reason_code,
        single.invalidity_date,
        (),
        notes,
    )


def _never_issued(response: OcspResponse, single: SingleResponse) -> bool:
    # 2.2: a responder that says "revoked" for what was never issued gives certificateHold since 1 January 1970.
    hold = single.status == REVOKED and single.reason_code == CERTIFICATE_HOLD
    return hold and response.extended_revoked and single.revocation_time == datetime(1970, 1, 1, tzinfo=UTC)


def _status(question: Question, response: OcspResponse, single: SingleResponse) -> Status | None:
    if single.status == GOOD:
        if question.outlived(single.this_update, single.archive_cutoff):
            issued = single.this_update.isoformat()
            question.note("TS-REV-EXPIRED-NOT-COVERED", source=response.sha256, issued=issued)
            return None
        return Status.GOOD
    if single.revocation_time is None:
        return None
    since = question.effective(single.revocation_time, single.reason_code, single.invalidity_date)
    if not question.revoked_at(single.this_update, since):
        return Status.GOOD
    return Status.ON_HOLD if single.reason_code == CERTIFICATE_HOLD else Status.REVOKED
