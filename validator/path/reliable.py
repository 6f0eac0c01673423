"""Which of a signature's algorithms a policy does not find reliable at a time; remembered: a batch asks about few."""

from datetime import datetime

from policies.algorithms import AlgorithmPolicy, AlgorithmUse, describe_signature

_MAX_KEPT = 4_096

# By policy (the object itself, kept alive by the entry), time, algorithm and key.
_uses: dict[tuple[int, datetime, bytes, bytes], tuple[AlgorithmPolicy, AlgorithmUse | None]] = {}


def unreliable_use(algorithm: bytes, spki: bytes, policy: AlgorithmPolicy, at: datetime) -> AlgorithmUse | None:
    """The first use of an algorithm that `policy` does not find reliable at `at` in a signature by the key `spki`
    with `algorithm` (both DER), None when there is none."""
    key = (id(policy), at, algorithm, spki)
    known = _uses.get(key)
    if known is None:
        found = (use for use in describe_signature(algorithm, spki) if policy.finding(use, at) is not None)
        if len(_uses) > _MAX_KEPT:
            _uses.clear()
        known = _uses[key] = (policy, next(found, None))
    return known[1]
