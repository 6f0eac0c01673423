"""Bounded memories keyed by content: parsed evidence, and signature checks.

Both hold facts about octets alone (what they say, whether a key verifies them), never an opinion about trust, so a
change of anchors, policy or leniencies cannot make them wrong.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from policies.algorithms import CryptoResult, verify

T = TypeVar("T")


class ParsedMemory(Generic[T]):
    """Parsed values by digest, least recently used first to go. `limit` bounds the octets of the encodings kept."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._octets = 0
        self._values: OrderedDict[bytes, tuple[T, int]] = OrderedDict()

    def get(self, digest: bytes) -> T | None:
        """The value remembered for `digest`."""
        found = self._values.get(digest)
        if found is None:
            return None
        self._values.move_to_end(digest)
        return found[0]

    def put(self, digest: bytes, value: T, octets: int) -> None:
        """Remember `value`; a value larger than the whole memory is not kept."""
        # A parsed value and its index weigh up to twice the encoding, and never less than a few objects.
        weight = 2 * octets + 2_000
        if weight > self._limit or digest in self._values:
            return
        self._values[digest] = (value, weight)
        self._octets += weight
        while self._octets > self._limit:
            self._octets -= self._values.popitem(last=False)[1][1]


@dataclass(slots=True)
class SignatureMemory:
    """Results of signature checks by (hash of the signed object, algorithm, key); at most `limit` are kept."""

    limit: int = 10_000
    _results: OrderedDict[tuple[str, bytes, bytes, bytes | None], CryptoResult] = field(default_factory=OrderedDict)

    def verify(
        self,
        sha256: str,
        algorithm: bytes,
        spki: bytes,
        message: bytes,
        signature: bytes,
        dsa_parameters: bytes | None = None,
    ) -> CryptoResult:
        """Whether `signature` over `message` verifies with `spki`. `sha256` names the whole signed object (message
        and signature), `algorithm` and `spki` are DER; `dsa_parameters` as in `policies.algorithms.verify`."""
        key = (sha256, algorithm, spki, dsa_parameters)
        known = self._results.get(key)
        if known is None:
            known = verify(algorithm, spki, message, signature, dsa_parameters=dsa_parameters)
            self._results[key] = known
            if len(self._results) > self.limit:
                self._results.popitem(last=False)
        return known

    def known(
        self, sha256: str, algorithm: bytes, spki: bytes, dsa_parameters: bytes | None = None
    ) -> CryptoResult | None:
        """The remembered result, None when there is none."""
        return self._results.get((sha256, algorithm, spki, dsa_parameters))
