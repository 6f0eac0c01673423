"""A bounded memory of signature checks, keyed by content.

It holds facts about octets alone (whether a key verifies them), never an opinion about trust, so a change of anchors,
policy or leniencies cannot make it wrong.
"""

from policies.algorithms import CryptoResult, verify
from validator.asn1.memory import Generations

# Checks with longer keys or algorithm identifiers are not remembered: their number is bounded, not their size.
_MAX_KEPT_KEY = 4_096


class SignatureMemory:
    """Results of signature checks by (hash of the signed object, algorithm, key); at most `limit` are kept."""

    __slots__ = ("_results",)

    def __init__(self, limit: int = 10_000) -> None:
        self._results: Generations[tuple[str, bytes, bytes, bytes | None], CryptoResult] = Generations(limit)

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
        known = self._results.get((sha256, algorithm, spki, dsa_parameters))
        return known or self.check(sha256, algorithm, spki, message, signature, dsa_parameters)

    def check(
        self,
        sha256: str,
        algorithm: bytes,
        spki: bytes,
        message: bytes,
        signature: bytes,
        dsa_parameters: bytes | None = None,
    ) -> CryptoResult:
        """The same for what is not `known`."""
        result = verify(algorithm, spki, message, signature, dsa_parameters=dsa_parameters)
        if len(spki) <= _MAX_KEPT_KEY and len(algorithm) <= _MAX_KEPT_KEY:
            self._results.put((sha256, algorithm, spki, dsa_parameters), result)
        return result

    def known(
        self, sha256: str, algorithm: bytes, spki: bytes, dsa_parameters: bytes | None = None
    ) -> CryptoResult | None:
        """The remembered result, None when there is none."""
        return self._results.get((sha256, algorithm, spki, dsa_parameters))


SIGNATURES = SignatureMemory(limit=100_000)
"""The memory that all questions of a process share."""
