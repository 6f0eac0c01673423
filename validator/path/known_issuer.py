"""Answers for the next end entity of an issuer whose path was accepted in the same circumstances.

Of what RFC 5280 6.1 asks, only the part about the end entity is left: its own form and dates, its signature, the last
step of policies and name constraints, its status. Where any of it is not as it should be there is no answer here, and
the question is worked on as if nothing had been remembered.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from policies.algorithms import CryptoResult
from validator.path.certificate import Certificate
from validator.path.checks import end_entity_findings, signature_algorithm_reasons
from validator.path.expected_names import expectation_reasons
from validator.path.name import Name
from validator.path.remembered import UpperPath
from validator.path.signers import status_context
from validator.path.statuses import status_reason
from validator.path.types import CandidatePath, PathOutcome, PathRequest, RevocationMode, TrustAnchor
from validator.revocation.context import PathEngine, SignerPurpose, SignerVerdict, StatusContext
from validator.revocation.memory import SIGNATURES
from validator.revocation.status import certificate_status
from validator.revocation.types import StatusAnswer


def answer_below(
    upper: UpperPath, request: PathRequest, engine: Callable[[TrustAnchor], PathEngine]
) -> PathOutcome | None:
    """The outcome for an end entity that is accepted under `upper`, None when anything speaks against it.

    `engine` makes the path engine of an anchor, which a delegated CRL or OCSP signer needs.
    """
    leaf, settings = request.leaf, request.settings
    if leaf.fingerprint in upper.names:
        # It is on the remembered path, or a trust anchor itself.
        return None
    own = end_entity_findings(leaf, settings, request.at)
    if own.reasons or expectation_reasons(leaf, settings) or not _signed(leaf, upper.certificates[0], request):
        return None
    validation = upper.accepted_end(leaf, settings)
    statuses = _statuses(upper, request, engine)
    if validation is None or statuses is None:
        return None
    chain = (leaf, *upper.certificates)
    needed = own.leniencies | upper.leniencies
    return PathOutcome(
        True,
        chain,
        (),
        validation.policies,
        validation.qualifiers,
        statuses,
        tuple(sorted(needed)) if needed else (),
        upper.explored,
        (CandidatePath(chain, (), statuses),),
    )


def _signed(leaf: Certificate, issuer: Certificate, request: PathRequest) -> bool:
    # The issuer's key does not inherit DSA parameters: such a path is not remembered.
    algorithm, spki = leaf.outer_algorithm, issuer.spki
    result = SIGNATURES.verify(leaf.fingerprint, algorithm, spki, leaf.tbs, leaf.signature)
    if result is not CryptoResult.VALID:
        return False
    return not signature_algorithm_reasons(leaf, spki, request.settings.algorithms, request.at)


def _statuses(
    upper: UpperPath, request: PathRequest, engine: Callable[[TrustAnchor], PathEngine]
) -> tuple[StatusAnswer, ...] | None:
    """The answers of all certificates, None unless all are good enough."""
    settings, leaf = request.settings, request.leaf
    if settings.revocation is RevocationMode.NONE:
        return ()
    key = upper.statuses_key(leaf, request.evidence)
    above = None if key is None else upper.statuses(key)
    if above is None:
        return None
    context = status_context(settings, _OnDemand(engine, upper.anchor))
    answer = certificate_status(leaf, upper.certificates[0], request.at, request.evidence, context)
    if status_reason(leaf, answer, settings.revocation) is not None:
        return None
    return (answer, *above)


class _OnDemand:
    """A path engine that is made when somebody asks: most evidence is signed by the issuer itself."""

    __slots__ = ("_anchor", "_engine", "_make")

    def __init__(self, make: Callable[[TrustAnchor], PathEngine], anchor: TrustAnchor) -> None:
        self._make = make
        self._anchor = anchor
        self._engine: PathEngine | None = None

    def _made(self) -> PathEngine:
        if self._engine is None:
            self._engine = self._make(self._anchor)
        return self._engine

    def certificates_of(self, subject: Name) -> Iterable[Certificate]:
        """As `PathEngine` says."""
        return self._made().certificates_of(subject)

    def validate_signer(
        self, certificate: Certificate, purpose: SignerPurpose, at: datetime, context: StatusContext
    ) -> SignerVerdict:
        """As `PathEngine` says."""
        return self._made().validate_signer(certificate, purpose, at, context)
