"""Asks for the revocation status of every certificate of a path, from the anchor down (RFC 5280 6.1.3 (a) (3))."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.reasons import Reason
from validator.path.certificate import Certificate, who
from validator.path.edges import inherited_parameters
from validator.path.general_name import URI
from validator.path.types import PathRequest, RevocationMode
from validator.revocation.context import StatusContext
from validator.revocation.status import certificate_status
from validator.revocation.types import Status, StatusAnswer

_OCSP = "1.3.6.1.5.5.7.48.1"


@dataclass(frozen=True, slots=True)
class BrokenPair:
    """A certificate that its issuer's evidence does not let pass: its fingerprint with the issuer's name and
    key, reasons, and whether that is final (revoked) or a lack of evidence."""

    pair: tuple[str, bytes, bytes]
    reasons: tuple[Reason, ...]
    final: bool


def path_statuses(
    chain: tuple[Certificate, ...], request: PathRequest, context: StatusContext
) -> tuple[tuple[StatusAnswer, ...], list[Reason], BrokenPair | None]:
    """(answers in the order of `chain` without the anchor, reasons against the path, the first broken pair)."""
    answers: list[StatusAnswer] = []
    reasons: list[Reason] = []
    broken: BrokenPair | None = None
    for position in range(len(chain) - 2, -1, -1):
        certificate, issuer = chain[position], chain[position + 1]
        parameters = inherited_parameters(chain[position + 1 :])
        answer = certificate_status(
            certificate, issuer, request.at, request.evidence, context, dsa_parameters=parameters
        )
        answers.append(answer)
        reason = status_reason(certificate, answer, request.settings.revocation)
        if reason is not None:
            reasons.append(reason)
            if broken is None:
                broken = _broken(certificate, issuer, reason, answer)
            if answer.status is Status.REVOKED:
                # Evidence below a revoked CA is signed by a key that counts for nothing.
                break
    unasked = len(chain) - 1 - len(answers)
    if unasked:
        answers += [StatusAnswer(status=Status.UNKNOWN)] * unasked
    return tuple(reversed(answers)), reasons, broken


def broken_siblings(
    chain: tuple[Certificate, ...],
    broken: BrokenPair,
    candidates: Iterable[Certificate],
    request: PathRequest,
    context: StatusContext,
) -> Iterator[BrokenPair]:
    """What is wrong with the status of the other certificates among `candidates` that the same issuer gave to the same
    CA, so that a search does not come to know of hundreds of revoked ones one by one."""
    position = [certificate.fingerprint for certificate in chain].index(broken.pair[0])
    certificate, issuer = chain[position : position + 2]
    parameters = inherited_parameters(chain[position + 1 :])
    for other in candidates if position else ():
        if other == certificate or other.spki != certificate.spki or other.issuer.key != issuer.subject.key:
            continue
        context.in_time()
        answer = certificate_status(other, issuer, request.at, request.evidence, context, dsa_parameters=parameters)
        reason = status_reason(other, answer, request.settings.revocation)
        if reason is not None:
            yield _broken(other, issuer, reason, answer)


def _broken(certificate: Certificate, issuer: Certificate, reason: Reason, answer: StatusAnswer) -> BrokenPair:
    final = answer.status in (Status.REVOKED, Status.ON_HOLD)
    pair = (certificate.fingerprint, issuer.subject.key, issuer.spki)
    return BrokenPair(pair, (reason, *answer.reasons), final)


def status_reason(certificate: Certificate, answer: StatusAnswer, mode: RevocationMode) -> Reason | None:
    """Why the status is not good enough for `mode`; None when it is."""
    if answer.status in (Status.GOOD, Status.NOT_REQUIRED):
        return None
    if answer.status in (Status.REVOKED, Status.ON_HOLD):
        code = "TS-PATH-REVOKED" if answer.status is Status.REVOKED else "TS-PATH-ON-HOLD"
        since = "an unknown date" if answer.revocation_time is None else answer.revocation_time.isoformat()
        return Reason.of(code, subject=who(certificate), time=since)
    if mode is RevocationMode.IF_DECLARED and not declares_revocation(certificate):
        return None
    code = "TS-PATH-REVOCATION-STALE" if answer.status is Status.STALE else "TS-PATH-REVOCATION-UNKNOWN"
    return Reason.of(code, subject=who(certificate))


def declares_revocation(certificate: Certificate) -> bool:
    """The certificate says where its status is to be had."""
    details = certificate.details
    if details.crl_distribution_points or details.freshest_crl:
        return True
    return any(item.method == _OCSP and item.location.kind == URI for item in details.authority_info_access or ())
