"""ECDSA (FIPS 186-5 6.4) on the Brainpool curves that the cryptographic library lacks (RFC 5639): read only.

`ecdsa` reads the key's envelope and the identifiers, and hands over keys whose curve stands here.
"""

from dataclasses import dataclass

from policies.algorithms.curves import Affine, Curve, Domain, brainpool, coordinates, curve_of
from policies.algorithms.digests import DigestAlgorithm
from policies.algorithms.encoding import MalformedError, positive, sequence
from policies.algorithms.model import AlgorithmUse, CryptoResult
from policies.algorithms.suite import LoadedKey

_ARC = "1.3.36.3.3.2.8.1.1"
CURVES: dict[str, Domain] = {
    f"{_ARC}.1": brainpool.BRAINPOOL_P160R1,
    f"{_ARC}.2": brainpool.BRAINPOOL_P160T1,
    f"{_ARC}.3": brainpool.BRAINPOOL_P192R1,
    f"{_ARC}.4": brainpool.BRAINPOOL_P192T1,
    f"{_ARC}.5": brainpool.BRAINPOOL_P224R1,
    f"{_ARC}.6": brainpool.BRAINPOOL_P224T1,
    f"{_ARC}.8": brainpool.BRAINPOOL_P256T1,
    f"{_ARC}.9": brainpool.BRAINPOOL_P320R1,
    f"{_ARC}.10": brainpool.BRAINPOOL_P320T1,
    f"{_ARC}.12": brainpool.BRAINPOOL_P384T1,
    f"{_ARC}.14": brainpool.BRAINPOOL_P512T1,
}


@dataclass(frozen=True, slots=True)
class ComputedKey:
    """A public key point with its curve."""

    curve: Curve
    point: Affine


def load_key(oid: str, octets: bytes) -> LoadedKey:
    """The point with these octets (SEC 1 2.3.4, compressed or not) on the curve `oid` of `CURVES`.

    Raises MalformedError.
    """
    domain = CURVES[oid]
    curve = curve_of(domain)
    point = curve.point(*coordinates(domain, octets))
    return LoadedKey(AlgorithmUse("ECDSA", domain.p.bit_length(), "signature"), ComputedKey(curve, point))


def verify(key: ComputedKey, digest: bytes, r: int, s: int) -> bool:
    """Whether (r, s) signs `digest` (FIPS 186-5 6.4.2): its leftmost bits count, as many as the order has."""
    q = key.curve.domain.q
    if not (0 < r < q and 0 < s < q):
        return False
    number = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - q.bit_length())
    inverse = key.curve.inverse(s)
    found = key.curve.combination(number * inverse % q, r * inverse % q, key.point)
    return found is not None and found[0] % q == r


def check_der(key: ComputedKey, digest: DigestAlgorithm, message: bytes, signature: bytes) -> CryptoResult:
    """A signature as DER SEQUENCE of r and s (RFC 3279 2.2.3)."""
    try:
        numbers = [positive(element) for element in sequence(signature)]
    except MalformedError:
        return CryptoResult.INVALID
    return _judged(key, digest, message, numbers)


def check_plain(key: ComputedKey, digest: DigestAlgorithm, message: bytes, signature: bytes) -> CryptoResult:
    """A signature as r ‖ s, each as long as the order (TR-03111 5.2.2)."""
    size = key.curve.domain.octets
    if len(signature) != 2 * size:
        return CryptoResult.INVALID
    return _judged(key, digest, message, [int.from_bytes(signature[at : at + size], "big") for at in (0, size)])


def _judged(key: ComputedKey, digest: DigestAlgorithm, message: bytes, numbers: list[int]) -> CryptoResult:
    if len(numbers) != 2:
        return CryptoResult.INVALID
    running = digest.new()
    running.update(message)
    return CryptoResult.VALID if verify(key, running.digest(), *numbers) else CryptoResult.INVALID
