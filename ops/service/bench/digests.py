"""The hash half of `trustspace bench algorithms`: every national digest in every form that this installation has."""

from ops.service.bench.measure import Figure, rate
from policies.algorithms import digest_by_name, hashes
from policies.algorithms.digests import RunningDigest, new_digest

_FAST, _SLOW = bytes(1 << 20), bytes(1 << 14)
REFERENCE = "SHA-256"


def digests(*, rounds: int = 3, seconds: float = 0.2) -> list[Figure]:
    """One figure for each digest and form, in megabytes (10^6 octets) a second, beside SHA-256 in the same run.

    `detail["backend"]` is the form, `detail["used"]` "yes" for the one that the house takes.
    """
    reference = _speed(new_digest(digest_by_name(REFERENCE).oid), _FAST, rounds, seconds)
    found = []
    for name in hashes.NAMES:
        for backend, new in hashes.forms(name).items():
            data = _SLOW if backend == "python" else _FAST
            used = "yes" if backend == hashes.backend(name) else "no"
            figure = Figure(
                name=f"{name}, MB/s",
                rate=_speed(new(), data, rounds, seconds),
                reference=REFERENCE,
                reference_rate=reference,
                detail={"backend": backend, "used": used},
            )
            found.append(figure)
    return found


def _speed(running: RunningDigest, data: bytes, rounds: int, seconds: float) -> float:
    return rate(lambda: running.update(data), rounds=rounds, seconds=seconds) * len(data) / 1e6
