"""Validates the certificates that sign CRLs and OCSP responses, on behalf of the revocation check.

RFC 5280 6.3.3 (f): their path has to end in the trust anchor of the path whose status is in question.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from validator.path.certificate import Certificate
from validator.path.name import Name
from validator.path.pool import Pool
from validator.path.types import PathOutcome, PathRequest, PathSettings, TrustAnchor
from validator.revocation.context import PathEngine, SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.memory import SIGNATURES

MAX_PENDING = 8


# By settings (the object itself, kept alive by the entry): what of a context follows from them, which is all of it but
# the first and the last field.
_following: dict[int, tuple[PathSettings, tuple[object, ...]]] = {}
_MAX_SETTINGS = 256


def status_context(settings: PathSettings, engine: PathEngine, in_time: Callable[[], None]) -> StatusContext:
    """The context of status questions under these settings."""
    known = _following.get(id(settings))
    if known is not None:
        return tuple.__new__(StatusContext, (engine, *known[1], in_time))
    seconds, undated = settings.freshness_seconds, settings.undated_seconds
    context = StatusContext(
        engine,
        SIGNATURES,
        settings.algorithms,
        None if seconds is None else timedelta(seconds=seconds),
        settings.known_until,
        settings.leniencies,
        undated=None if undated is None else timedelta(seconds=undated),
        produced_later=settings.produced_later,
        in_time=in_time,
    )
    if len(_following) >= _MAX_SETTINGS:
        _following.clear()
    _following[id(settings)] = (settings, context[1:-1])
    return context


class SignerEngine:
    """What `StatusContext.engine` calls back; one for each trust anchor of a question."""

    def __init__(
        self,
        request: PathRequest,
        anchor: TrustAnchor,
        pool: Pool,
        ask: Callable[[PathRequest, StatusContext], PathOutcome],
    ) -> None:
        self._request = request
        self._anchor = anchor
        self._pool = pool
        self._ask = ask
        self._known: dict[tuple[str, datetime, frozenset[str]], SignerVerdict] = {}

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        """Certificates of the pool and the trust anchor, and the end entity, with this subject."""
        found = dict.fromkeys(self._pool.of(subject))
        for certificate in (self._anchor.certificate, self._request.leaf):
            if certificate.subject.key == subject.key:
                found[certificate] = None
        return found

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        """Certificates of the pool with this issuer."""
        return self._pool.issued_by(issuer)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        """Whether a path leads from the signer to this question's trust anchor at `at`."""
        if certificate == self._anchor.certificate:
            return SignerVerdict(True, (certificate.fingerprint,))
        if len(context.pending) > MAX_PENDING:
            return SignerVerdict(False)
        key = (certificate.fingerprint, at, context.pending)
        known = self._known.get(key)
        if known is None:
            outcome = self._ask(self._signer_request(certificate, at), context)
            path = tuple(one.fingerprint for one in outcome.certificates)
            known = self._known[key] = SignerVerdict(outcome.valid, path, outcome.reasons)
        return known

    def _signer_request(self, certificate: Certificate, at: datetime) -> PathRequest:
        settings = self._request.settings
        return self._request._replace(
            leaf=certificate,
            anchors=(self._anchor,),
            at=at,
            settings=replace(
                settings,
                initial_policies=None,
                require_explicit_policy=False,
                inhibit_policy_mapping=False,
                inhibit_any_policy=False,
                max_depth=None,
                eku=None,
                key_usage=None,
                names=(),
                check_leaf_validity=True,
            ),
        )
