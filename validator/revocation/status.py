"""Decides the status of one certificate at one time: known from what, fresh enough (RFC 5280 6.3, RFC 6960, RFC 9608,
EN 319 102-1 5.2.5 and 5.2.6)."""

from datetime import datetime

from policies.reasons import Reason
from validator.path.certificate import Certificate
from validator.path.extension_values import VALIDITY_ASSURED_SHORT_TERM
from validator.revocation.context import StatusContext
from validator.revocation.crl_status import crl_findings
from validator.revocation.findings import combine
from validator.revocation.ocsp_status import ocsp_findings
from validator.revocation.question import Question
from validator.revocation.signers import OCSP_SIGNING
from validator.revocation.types import RevocationEvidence, Status, StatusAnswer

_OCSP_ACCESS = "1.3.6.1.5.5.7.48.1"
_NO_CHECK = "TS-REV-NO-CHECK"


def certificate_status(
    certificate: Certificate,
    issuer: Certificate,
    at: datetime,
    evidence: RevocationEvidence,
    context: StatusContext,
    *,
    dsa_parameters: bytes | None = None,
) -> StatusAnswer:
    """The status of `certificate`, issued by `issuer`, at `at` (aware UTC).

    `dsa_parameters` are the DER Dss-Parms that the issuer's key inherits, if it does (RFC 5280 6.1.4 (f)). Evidence
    that speaks about other certificates changes nothing, nor does the order of the evidence. A responder that need not
    be checked is trusted until it is known to be revoked: a client can trust it for its lifetime, it need not (RFC 6960
    4.2.2.2.1). Never raises for any content of certificate, issuer or evidence, but what `context.in_time` raises.
    """
    exempt = not_required(certificate)
    if exempt is not None and exempt.code != _NO_CHECK:
        return StatusAnswer(status=Status.NOT_REQUIRED, reasons=(exempt,), fresh=True)
    question = Question(certificate, issuer, at, evidence, context, dsa_parameters)
    findings = [*ocsp_findings(question), *crl_findings(question)]
    # What cannot be read may have been about this certificate; it is named where nothing else explains the answer.
    answer = combine(findings, question.notes or [item.reason for item in evidence.malformed])
    if exempt is not None and answer.status not in (Status.REVOKED, Status.ON_HOLD):
        return StatusAnswer(status=Status.NOT_REQUIRED, reasons=(exempt,), fresh=True)
    return answer


def not_required(certificate: Certificate) -> Reason | None:
    """Why no revocation information is needed for `certificate`, None when it is needed.

    noRevAvail (RFC 9608 4), a validity-assured short-term certificate (EN 319 412-1 5.2), an OCSP responder with
    id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1). Never for a CA's certificate, and noRevAvail not where the certificate
    says at the same time where its status is to be had (RFC 9608 3).
    """
    details = certificate.details
    if details.ca:
        return None
    if details.no_rev_avail and not _declares_source(certificate):
        return Reason.of("TS-REV-NO-REV-AVAIL")
    if VALIDITY_ASSURED_SHORT_TERM in details.extensions:
        return Reason.of("TS-REV-SHORT-TERM")
    if details.ocsp_no_check and OCSP_SIGNING in (details.extended_key_usage or ()):
        return Reason.of(_NO_CHECK)
    return None


def _declares_source(certificate: Certificate) -> bool:
    details = certificate.details
    if details.crl_distribution_points or details.freshest_crl:
        return True
    return any(access.method == _OCSP_ACCESS for access in details.authority_info_access or ())
