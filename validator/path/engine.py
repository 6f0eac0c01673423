"""Answers a path question: may this certificate be relied on at this time, from these trust anchors, and why not.

`build_path` is the whole interface. A path is accepted only after all of RFC 5280 6.1 has been carried out on it;
the search decides in what order paths are tried, never what a path is worth.
"""

from collections.abc import Iterable
from datetime import datetime

from validator.path.budget import Budget, BudgetExceededError
from validator.path.certificate import Certificate
from validator.path.known_issuer import answer_below
from validator.path.name import Name
from validator.path.question import PathQuestion
from validator.path.remembered import Key, UpperPath, question_key, upper_path
from validator.path.signers import status_context
from validator.path.types import PathOutcome, PathRequest
from validator.revocation.context import PathEngine, SignerPurpose, SignerVerdict, StatusContext


def build_path(request: PathRequest) -> PathOutcome:
    """Build and validate. Never raises for any content of certificates or evidence: every "no" has a reason."""
    asked = _Asked(request, question_key(request))
    try:
        upper = upper_path(asked.key)
        return (upper and asked.below(upper)) or asked.question().answer()
    finally:
        asked.close()


class _Asked:
    """A request, and the work on it once it has begun: one budget for all of it.

    Below a remembered path it is the `PathEngine` of status questions, and begins the work when it is needed for one:
    most evidence is signed by the issuer itself.
    """

    __slots__ = ("_anchor", "_budget", "_question", "_request", "key")

    def __init__(self, request: PathRequest, key: Key | None) -> None:
        self._request = request
        self._budget = Budget(request.settings)
        self._question: PathQuestion | None = None
        self.key = key

    def question(self) -> PathQuestion:
        if self._question is None:
            self._question = PathQuestion(self._request, self._budget, self.key)
        return self._question

    def below(self, upper: UpperPath) -> PathOutcome | None:
        """The answer that what is remembered gives, None when it gives none, or none in time."""
        try:
            self._anchor = upper.anchor
            return answer_below(upper, self._request, self._context)
        except BudgetExceededError:
            return None

    def _context(self) -> StatusContext:
        return status_context(self._request.settings, self, self._budget.check)

    def _engine(self) -> PathEngine:
        return self.question().status_context(self._anchor).engine

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        """As `PathEngine` says."""
        return self._engine().certificates_of(subject)

    def certificates_issued_by(self, issuer: Name) -> Iterable[Certificate]:
        """As `PathEngine` says."""
        return self._engine().certificates_issued_by(issuer)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        """As `PathEngine` says."""
        return self._engine().validate_signer(certificate, purpose, at, context)

    def close(self) -> None:
        """Let go of the contexts, which lead back to the question: what nothing holds any more is freed at once, and
        not when the cycle collector has come by."""
        if self._question is not None:
            self._question.close()
