"""Answers for the next end entity of an issuer whose path was accepted in the same circumstances.

Of what RFC 5280 6.1 asks, only the part about the end entity is left: its own form and dates, its signature, the last
step of policies and name constraints, its status. Where any of it is not as it should be there is no answer here, and
the question is worked on as if nothing had been remembered.
"""

from collections.abc import Callable

from policies.algorithms import CryptoResult
from validator.path.certificate import Certificate
from validator.path.checks import end_entity_findings, signature_algorithm_reasons
from validator.path.expected_names import expectation_reasons
from validator.path.remembered import UpperPath
from validator.path.statuses import status_reason
from validator.path.types import CandidatePath, PathOutcome, PathRequest, RevocationMode
from validator.revocation.context import StatusContext
from validator.revocation.memory import SIGNATURES
from validator.revocation.status import certificate_status
from validator.revocation.types import StatusAnswer

# What the constructors do, without the detour through keyword handling: this is the answer that is given most often.
_new = tuple.__new__


def answer_below(upper: UpperPath, request: PathRequest, context: Callable[[], StatusContext]) -> PathOutcome | None:
    """The outcome for an end entity that is accepted under `upper`, None when anything speaks against it.

    `context` makes the context of status questions on a path to the anchor of `upper`.
    """
    leaf, settings = request.leaf, request.settings
    if leaf.fingerprint in upper.names:
        # It is on the remembered path, or a trust anchor itself.
        return None
    own = end_entity_findings(leaf, settings, request.at)
    if own.reasons or expectation_reasons(leaf, settings) or not _signed(leaf, upper.certificates[0], request):
        return None
    validation = upper.accepted_end(leaf, settings)
    statuses = _statuses(upper, request, context)
    if validation is None or statuses is None:
        return None
    chain = (leaf, *upper.certificates)
    needed = own.leniencies | upper.leniencies
    leniencies = tuple(sorted(needed)) if needed else ()
    candidate = _new(CandidatePath, (chain, (), statuses))
    found = (True, chain, (), validation.policies, validation.qualifiers, statuses, leniencies)
    return _new(PathOutcome, (*found, upper.explored, (candidate,)))


def _signed(leaf: Certificate, issuer: Certificate, request: PathRequest) -> bool:
    # The issuer's key does not inherit DSA parameters: such a path is not remembered.
    algorithm, spki = leaf.outer_algorithm, issuer.spki
    result = SIGNATURES.verify(leaf.fingerprint, algorithm, spki, leaf.tbs, leaf.signature)
    if result is not CryptoResult.VALID:
        return False
    return not signature_algorithm_reasons(leaf, spki, request.settings.algorithms, request.at)


def _statuses(
    upper: UpperPath, request: PathRequest, context: Callable[[], StatusContext]
) -> tuple[StatusAnswer, ...] | None:
    """The answers of all certificates, None unless all are good enough."""
    settings, leaf = request.settings, request.leaf
    if settings.revocation is RevocationMode.NONE:
        return ()
    key = upper.statuses_key(leaf, request.evidence)
    above = None if key is None else upper.statuses(key)
    if above is None:
        return None
    issuer, evidence = upper.certificates[0], request.evidence
    answer = certificate_status(leaf, issuer, request.at, evidence, context())
    if status_reason(leaf, answer, settings.revocation) is not None:
        return None
    return (answer, *above)
