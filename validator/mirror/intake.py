"""Decides whether what a source gave may replace what it gave before: readable, from the right issuer, authentic, not
older (the wrong list at an address and a list from a restored backup have both happened)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.algorithms import CryptoResult
from validator.mirror.errors import (
    MirrorFutureError,
    MirrorNoAnswerError,
    MirrorOtherIssuerError,
    MirrorRollbackError,
    MirrorSignatureError,
    MirrorUnreadableError,
)
from validator.path.certificate import Certificate
from validator.path.name import Name
from validator.revocation.context import SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.memory import SignatureMemory
from validator.revocation.ocsp import RESPONSE_STATUS, OcspResponse, parse_ocsp
from validator.revocation.status import certificate_status
from validator.revocation.types import RevocationEvidence

CLOCK_DIFFERENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a source gave last: its CRL number and its date, None when nothing."""

    crl_number: int | None = None
    this_update: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What may be used: the parsed object and its dates."""

    value: CertificateList | OcspResponse
    this_update: datetime
    next_update: datetime | None
    crl_number: int | None = None


def accept_crl(octets: bytes, issuers: tuple[Certificate, ...], standing: Standing, now: datetime) -> Accepted:
    """The CRL in `octets`, signed by one of `issuers`. Raises a `MirrorRefusedError`."""
    crl = parse_crl(octets)
    if not isinstance(crl, CertificateList):
        raise MirrorUnreadableError(f"The list cannot be read ({crl.reason.mapping().get('rule', 'too large')}).")
    own = [issuer for issuer in issuers if issuer.subject == crl.issuer]
    if not own:
        raise MirrorOtherIssuerError(f"The list is of another issuer: {crl.issuer.text()}.")
    signatures = SignatureMemory()
    tbs = crl.tbs
    if not any(
        signatures.verify(crl.sha256, crl.outer_algorithm, one.spki, tbs, crl.signature) is CryptoResult.VALID
        for one in own
    ):
        raise MirrorSignatureError("The list's signature verifies with no key of its issuer.")
    _check_dates(crl.this_update, standing, now)
    if crl.crl_number is not None and standing.crl_number is not None and crl.crl_number < standing.crl_number:
        raise MirrorRollbackError(f"The list's number went back from {standing.crl_number} to {crl.crl_number}.")
    return Accepted(value=crl, this_update=crl.this_update, next_update=crl.next_update, crl_number=crl.crl_number)


def accept_ocsp(
    octets: bytes, certificate: Certificate, issuers: tuple[Certificate, ...], standing: Standing, now: datetime
) -> Accepted:
    """The OCSP response in `octets` about `certificate`, from its issuer or a responder that the issuer authorised.
    Raises a `MirrorRefusedError`."""
    response = parse_ocsp(octets)
    if not isinstance(response, OcspResponse):
        raise MirrorUnreadableError(
            f"The response cannot be read ({response.reason.mapping().get('rule', 'too large')})."
        )
    if response.response_status != 0:
        raise MirrorNoAnswerError(f"The responder answered {RESPONSE_STATUS[response.response_status]}.")
    evidence = RevocationEvidence(ocsps=(response,))
    context = StatusContext(engine=_Delegates(), known_until=now + CLOCK_DIFFERENCE)
    codes: set[str] = set()
    for issuer in issuers:
        answer = certificate_status(certificate, issuer, now, evidence, context)
        if answer.source is not None and answer.this_update is not None:
            _check_dates(answer.this_update, standing, now)
            return Accepted(value=response, this_update=answer.this_update, next_update=answer.next_update)
        codes |= {reason.code for reason in answer.reasons}
    if codes & {"TS-REV-NO-EVIDENCE", "TS-REV-OTHER-CERTIFICATE"}:
        raise MirrorOtherIssuerError("The response is about another certificate.")
    if codes & {"TS-REV-OCSP-UNKNOWN"}:
        raise MirrorNoAnswerError("The responder does not know the certificate.")
    raise MirrorSignatureError(f"The response cannot be used ({', '.join(sorted(codes))}).")


def _check_dates(this_update: datetime, standing: Standing, now: datetime) -> None:
    if this_update > now + CLOCK_DIFFERENCE:
        raise MirrorFutureError(f"The information is dated {this_update.isoformat()}, which is in the future.")
    if standing.this_update is not None and this_update < standing.this_update:
        raise MirrorRollbackError(
            f"The information went back from {standing.this_update.isoformat()} to {this_update.isoformat()}."
        )


class _Delegates:
    """The mirror keeps what an authorised responder signed; whether to rely on it is judged when it is used."""

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        """Nothing but what the response carries."""
        return ()

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        """Nothing either."""
        return ()

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        """Inside its validity is enough to be kept."""
        return SignerVerdict(certificate.not_before <= at <= certificate.not_after, (certificate.fingerprint,))
