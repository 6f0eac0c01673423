"""A time-stamping unit: certificate and key that were checked together, and the token template they allow.

What never changes between two tokens of a unit is encoded once, when the unit is loaded; a token is then a few
concatenations and one signature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ops.platform import der
from ops.platform.keys import KeyStore
from signer import cms
from signer.certificate import CertificateFacts, facts
from signer.errors import CredentialUnusableError, SignatureValueError, TsaUnitError
from signer.holder import store_signer
from signer.model import SigningIdentity
from signer.schemes import check_value, digest_of
from signer.tsa.token import key_in_force, unit_certificate_fault

_PROBE: Final = b"time-stamping unit: does this key belong to this certificate?"


@dataclass(frozen=True, slots=True)
class UnitPolicy:
    """What the unit promises: the policy that goes into every token, others that a request may name, and the accuracy
    (1 to 1000 ms, EN 319 422 5.2.1)."""

    policy: str
    also: tuple[str, ...] = ()
    accuracy_ms: int = 500

    def __post_init__(self) -> None:
        if not 1 <= self.accuracy_ms <= 1000:
            raise TsaUnitError("The accuracy must be 1 to 1000 milliseconds.")

    @property
    def accuracy(self) -> bytes:
        """Accuracy (RFC 3161 2.4.2), DER."""
        if self.accuracy_ms == 1000:
            return der.sequence(der.integer(1))
        return der.sequence(der.implicit(0, der.integer_contents(self.accuracy_ms)))


class TimestampingUnit:
    """One unit. `sign` is the only way to its key, and is given nothing but signed attributes of tokens."""

    def __init__(
        self, name: str, identity: SigningIdentity, sign: Callable[[bytes], bytes], policy: UnitPolicy, at: datetime
    ) -> None:
        """Check everything that can be checked before the first token (EN 319 421 7.6.3); TsaUnitError otherwise.

        `identity` is the unit's certificate with its issuers, `sign` signs octets with its key, `at` is now.
        """
        self.name = name
        self.identity = identity
        self.policy = policy
        self._sign = sign
        self._certificate = _checked_certificate(identity, at)
        self._check_key()
        self._offered = frozenset(der.oid(dotted) for dotted in (policy.policy, *policy.also))
        self._build_template()

    @classmethod
    def from_store(
        cls, name: str, identity: SigningIdentity, store: KeyStore, label: str, policy: UnitPolicy, at: datetime
    ) -> "TimestampingUnit":
        """A unit whose key is in a key store under `label`."""
        return cls(name, identity, store_signer(store, label, identity.scheme), policy, at)

    def in_force(self, at: datetime) -> bool:
        """Whether certificate and key may be used at `at`."""
        return key_in_force(self._certificate, at)

    def offers(self, policy: bytes) -> bool:
        """Whether a requested policy (complete OBJECT IDENTIFIER) is offered."""
        return policy in self._offered

    def token(
        self, *, imprint: bytes, policy: bytes, serial: bytes, at: datetime, nonce: bytes, with_certificates: bool
    ) -> bytes:
        """A TimeStampToken. `imprint`, `serial` and `nonce` are complete encodings, as is `policy`; empty `policy`
        means the unit's own, empty `nonce` none."""
        info = der.tlv(
            0x30,
            b"\x02\x01\x01"
            + (policy or self._policy)
            + imprint
            + serial
            + der.generalized_time(at.replace(microsecond=at.microsecond // 1000 * 1000), fraction=True)
            + self._accuracy
            + nonce,
        )
        attributes = self._before + digest_of(self._digest, info) + self._after
        signature = self._sign(attributes)
        signer = der.tlv(
            0x30,
            self._signer_head + b"\xa0" + attributes[1:] + self._signature_algorithm + der.octet_string(signature),
        )
        body = der.tlv(
            0x30,
            self._head
            + der.tlv(0x30, self._content_type + der.tlv(0xA0, der.octet_string(info)))
            + (self._certificates if with_certificates else b"")
            + der.tlv(0x31, signer),
        )
        return der.tlv(0x30, self._signed_data + der.tlv(0xA0, body))

    def _check_key(self) -> None:
        try:
            check_value(self.identity.scheme, self._certificate.spki, _PROBE, self._sign(_PROBE))
        except SignatureValueError as error:
            raise TsaUnitError("The unit's key does not belong to its certificate.") from error

    def _build_template(self) -> None:
        scheme = self.identity.scheme
        self._digest = scheme.digest
        self._policy = der.oid(self.policy.policy)
        self._accuracy = self.policy.accuracy
        self._signed_data = der.oid(cms.ID_SIGNED_DATA)
        self._content_type = der.oid(cms.ID_TST_INFO)
        self._head = der.integer(3) + der.set_of(scheme.digest_algorithm)
        self._certificates = der.implicit_set_of(0, *dict.fromkeys((self.identity.certificate, *self.identity.chain)))
        self._signer_head = der.integer(1) + self._certificate.issuer_and_serial + scheme.digest_algorithm
        self._signature_algorithm = scheme.signature_algorithm
        # The digest does not move the order of the SET: attributes differ before it, in length or type.
        marker = b"\xa5" * len(digest_of(scheme.digest, b""))
        attributes = der.set_of(
            der.attribute(cms.CONTENT_TYPE, self._content_type),
            cms.signing_certificate_v2(self.identity.certificate, scheme.reference_digest),
            der.attribute(cms.MESSAGE_DIGEST, der.octet_string(marker)),
        )
        self._before, _, self._after = attributes.partition(marker)


def _checked_certificate(identity: SigningIdentity, at: datetime) -> CertificateFacts:
    try:
        found = facts(identity.certificate)
    except CredentialUnusableError as error:
        raise TsaUnitError("The unit's certificate cannot be read.") from error
    fault = unit_certificate_fault(identity.certificate)
    if fault is not None:
        raise TsaUnitError(f"The unit's certificate {fault}.")
    if not key_in_force(found, at):
        raise TsaUnitError("The unit's certificate or its key is not in force now.")
    return found
