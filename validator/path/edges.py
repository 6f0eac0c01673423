"""Decides, once per pair, whether one certificate was issued by another: the signature, and the revocation status.

Results of signature checks are facts about octets and are shared by the whole process. Nothing else outlives the
question.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from policies.algorithms import CryptoResult, missing_part
from policies.reasons import Reason
from validator.asn1 import der
from validator.path.budget import Budget
from validator.path.certificate import Certificate, who
from validator.path.checks import Findings, ca_findings, signature_algorithm_reasons
from validator.path.types import PathSettings
from validator.revocation.memory import SIGNATURES

_DSA = bytes.fromhex("06072a8648ce380401")


@lru_cache(maxsize=8_192)
def own_dsa_parameters(spki: bytes) -> tuple[bool, bytes | None]:
    """Whether the key is a DSA key, and the DER of its own parameters (None when they are to be inherited)."""
    try:
        algorithm = der.read(spki, der.single(spki).value, len(spki))
        if spki[algorithm.value : algorithm.value + len(_DSA)] != _DSA:
            return False, None
        parameters = spki[algorithm.value + len(_DSA) : algorithm.end]
    except der.DerError:
        return False, None
    return True, None if parameters in (b"", b"\x05\x00") else parameters


def inherited_parameters(chain: Sequence[Certificate]) -> bytes | None:
    """The parameters that the key of `chain[0]` inherits when `chain` continues to the trust anchor (6.1.4 (f))."""
    is_dsa, own = own_dsa_parameters(chain[0].spki)
    if not is_dsa or own is not None:
        return None
    for certificate in chain[1:]:
        is_dsa, own = own_dsa_parameters(certificate.spki)
        if not is_dsa:
            return None
        if own is not None:
            return own
    return None


class Edges:
    """The pairwise and single decisions of one question."""

    def __init__(self, settings: PathSettings, at: datetime, budget: Budget) -> None:
        self._settings = settings
        self._at = at
        self._budget = budget
        self._ca: dict[str, Findings] = {}
        # By certificate and by name and key of its issuer: why the certificate is not to be relied on.
        self.broken: dict[tuple[str, bytes, bytes], tuple[Reason, ...]] = {}
        # The same pairs with the fingerprint of the trust anchor under which nothing good was known of them.
        self.broken_under: set[tuple[tuple[str, bytes, bytes], str]] = set()

    def ca(self, certificate: Certificate) -> Findings:
        """What speaks against `certificate` as a CA's."""
        known = self._ca.get(certificate.fingerprint)
        if known is None:
            known = self._ca[certificate.fingerprint] = ca_findings(certificate, self._settings, self._at)
        return known

    def signature(
        self, child: Certificate, issuer: Certificate, dsa_parameters: bytes | None = None
    ) -> tuple[Reason, ...]:
        """Why `child` was not signed by the key of `issuer`, or not with an algorithm that is still reliable."""
        arguments = (child.fingerprint, child.outer_algorithm, issuer.spki)
        result = SIGNATURES.known(*arguments, dsa_parameters)
        if result is None:
            self._budget.signature()
            result = SIGNATURES.verify(*arguments, child.tbs, child.signature, dsa_parameters)
        if result is CryptoResult.VALID:
            return signature_algorithm_reasons(child, issuer.spki, self._settings.algorithms, self._at)
        if result is CryptoResult.INVALID:
            return (Reason.of("TS-PATH-SIGNATURE", subject=who(child), issuer=who(issuer)),)
        if result is CryptoResult.MALFORMED:
            return (Reason.of("TS-PATH-SIGNATURE-MALFORMED", subject=who(child)),)
        return _unsupported(child)

    def waits_for_parameters(self, issuer: Certificate) -> bool:
        """The issuer's key inherits DSA parameters, so its signatures can be checked on a complete path only."""
        is_dsa, own = own_dsa_parameters(issuer.spki)
        return is_dsa and own is None


def _unsupported(certificate: Certificate) -> tuple[Reason, ...]:
    algorithm = _algorithm(certificate)
    reason = Reason.of("TS-PATH-SIGNATURE-UNSUPPORTED", subject=who(certificate), algorithm=algorithm)
    part = missing_part(algorithm)
    return (reason,) if part is None else (reason, Reason.of("TS-ALG-NOT-INSTALLED", algorithm=algorithm, part=part))


def _algorithm(certificate: Certificate) -> str:
    data = certificate.outer_algorithm
    try:
        return der.oid(data, der.read(data, der.single(data).value, len(data)))
    except der.DerError:
        return "an unreadable algorithm"
