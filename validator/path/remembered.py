"""What one accepted path teaches about the next question: the certificates above the end entity, and their status.

Both memories are keyed by everything the remembered answer depends on: contents of anchors, pool and evidence, the
time, and the settings. A change of trust state is a different key, never a hit. They are used only where the key is
cheap to build, that is for small pools; a remembered path is the one that the search would propose first, so that an
answer does not depend on what was asked before.
"""

from dataclasses import dataclass

from policies.algorithms import AlgorithmPolicy
from validator.path.certificate import Certificate
from validator.path.types import PathRequest, PathSettings, TrustAnchor
from validator.revocation.types import Status, StatusAnswer

MAX_OFFERED = 32
_MAX_KEPT = 4_096
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class UpperPath:
    """The certificates above the end entity, trust anchor last, with the findings that they were accepted with."""

    certificates: tuple[Certificate, ...]
    anchor: TrustAnchor
    leniencies: frozenset[str]
    explored: int


_upper: dict[Key, UpperPath] = {}
_statuses: dict[Key, StatusAnswer] = {}
_policies: dict[int, AlgorithmPolicy | None] = {}
_MAX_POLICIES = 64


def question_key(request: PathRequest) -> Key | None:
    """What the certificates above an end entity depend on, None when the question is too large to be remembered."""
    if len(request.pool) > MAX_OFFERED or len(request.anchors) > MAX_OFFERED or request.fetch is not None:
        return None
    identifier = request.leaf.details.authority_key_id
    return (
        request.leaf.issuer.key,
        identifier,
        tuple([one.fingerprint for one in request.pool]),
        tuple([(one.certificate.fingerprint, one.sunset) for one in request.anchors]),
        request.at,
        *_settings_key(request.settings),
    )


def _settings_key(settings: PathSettings) -> Key:
    return (
        _identity(settings.algorithms),
        settings.revocation,
        settings.leniencies,
        settings.freshness_seconds,
        settings.known_until,
        settings.anchor_constraints,
        settings.anchor_expiry,
        settings.anchor_basic_constraints,
        settings.max_depth,
        settings.eku,
    )


def _identity(policy: AlgorithmPolicy | None) -> int:
    """A number for the policy object. It is kept, so that no other object ever gets its number."""
    if id(policy) not in _policies:
        if len(_policies) >= _MAX_POLICIES:
            _policies.clear()
            _upper.clear()
            _statuses.clear()
        _policies[id(policy)] = policy
    return id(policy)


def upper_path(key: Key | None) -> UpperPath | None:
    """The remembered certificates above an end entity."""
    return None if key is None else _upper.get(key)


def remember_upper_path(key: Key | None, upper: UpperPath) -> None:
    """Keep what an accepted path had above its end entity."""
    if key is not None:
        if len(_upper) >= _MAX_KEPT:
            _upper.clear()
        _upper[key] = upper


class StatusMemory:
    """Revocation answers about CA certificates, for one question; `key` is the question's, None for no memory.

    Only answers signed by the issuer itself are kept, and only where nobody outside the path is at hand who could
    have signed other evidence: then an answer depends on nothing but what is in its key.
    """

    def __init__(self, request: PathRequest, key: Key | None) -> None:
        self._evidence = request.evidence
        self._pool = request.pool
        self._key: Key | None = None
        usage = request.leaf.details.key_usage
        closed = usage is not None and "cRLSign" not in usage and not request.evidence.malformed
        if key is not None and closed and len(request.evidence.crls) <= MAX_OFFERED:
            self._key = (tuple([crl.sha256 for crl in request.evidence.crls]), *key[2:])

    def key(self, certificate: Certificate, issuer: Certificate, anchor: Certificate) -> Key | None:
        """What the answer about `certificate` depends on; None for an end entity, whose answer is not kept."""
        if self._key is None or not certificate.details.ca:
            return None
        ocsps = self._evidence.index.ocsps.get(certificate.serial_octets, ())
        answers = tuple(response.sha256 for response in ocsps)
        return (certificate.fingerprint, issuer.fingerprint, anchor.fingerprint, answers, self._key)

    @staticmethod
    def get(key: Key | None) -> StatusAnswer | None:
        """The remembered answer."""
        return None if key is None else _statuses.get(key)

    def put(self, key: Key | None, answer: StatusAnswer, chain: tuple[Certificate, ...], issuer: Certificate) -> None:
        """Keep an answer about a certificate of `chain` that `issuer` issued."""
        own = answer.signer_path[:1] == (issuer.fingerprint,)
        if key is None or not own or answer.status is not Status.GOOD or not set(self._pool) <= set(chain):
            return
        if len(_statuses) >= _MAX_KEPT:
            _statuses.clear()
        _statuses[key] = answer
