"""Answers time-stamp requests: octets in, octets out, never an exception (RFC 3161 2.4)."""

from collections import Counter
from datetime import datetime
from typing import Final, Protocol

from ops.platform import der
from ops.platform.keys import DIGEST_OIDS
from policies.errors import TrustspaceError
from signer.errors import TsaRejectedError
from signer.tsa.clockguard import ClockBadError, ClockGuard
from signer.tsa.request import FailureInfo, RequestFaultError, TimestampRequest, message_imprint, read_request
from signer.tsa.unit import TimestampingUnit

_GRANTED: Final = der.sequence(der.integer(0))


class SerialSource(Protocol):
    """Gives serial numbers."""

    def next(self, at: datetime) -> bytes:
        """A serial number that this unit never used, the complete INTEGER."""
        ...


class TimestampAuthority:
    """One unit with its clock and its serial numbers. Safe for threads as far as the unit's key is.

    `counts` says how often it answered, by "granted" or the name of the failure.
    """

    def __init__(self, unit: TimestampingUnit, guard: ClockGuard, serials: SerialSource) -> None:
        self.unit = unit
        self.guard = guard
        self.counts: Counter[str] = Counter()
        self._serials = serials

    def respond(self, request: bytes) -> bytes:
        """The TimeStampResp (DER) to a TimeStampReq, or to what claims to be one."""
        try:
            token = self._issue(read_request(request))
        except RequestFaultError as fault:
            return self._reject(fault.failure, fault.text)
        except ClockBadError as fault:
            return self._reject(FailureInfo.TIME_NOT_AVAILABLE, str(fault))
        except (TrustspaceError, OverflowError):
            # The cause (key store, database) is for the operator; a stranger learns only that there is one.
            return self._reject(FailureInfo.SYSTEM_FAILURE, "the service cannot sign now")
        self.counts["granted"] += 1
        return der.tlv(0x30, _GRANTED + token)

    def stamp(self, imprint: bytes, digest: str) -> bytes:
        """A token over a digest value, for signatures made beside this unit (`signer.model.Timestamper`).

        TsaRejectedError when the unit cannot give one.
        """
        if digest not in DIGEST_OIDS:
            raise TsaRejectedError(f"The digest {digest} is not accepted for a time-stamp.")
        try:
            return self._issue(TimestampRequest(message_imprint(digest, imprint), b"", b"", True))
        except (RequestFaultError, ClockBadError, ValueError) as fault:
            raise TsaRejectedError(f"The time-stamp authority refuses: {fault}.") from fault

    def _issue(self, request: TimestampRequest) -> bytes:
        if request.policy and not self.unit.offers(request.policy):
            raise RequestFaultError(FailureInfo.UNACCEPTED_POLICY, "the policy is not offered")
        at = self.guard.now()
        if not self.unit.in_force(at):
            raise RequestFaultError(FailureInfo.SYSTEM_FAILURE, "the unit's certificate or key has ended")
        return self.unit.token(
            imprint=request.imprint,
            policy=request.policy,
            serial=self._serials.next(at),
            at=at,
            nonce=request.nonce,
            with_certificates=request.cert_req,
        )

    def _reject(self, failure: FailureInfo, text: str) -> bytes:
        self.counts[failure.name.lower().replace("_", "-")] += 1
        return rejection(failure, text)


def rejection(failure: FailureInfo, text: str) -> bytes:
    """A TimeStampResp with status rejection(2), one text and one failure bit."""
    return der.sequence(der.sequence(der.integer(2), der.sequence(der.utf8_string(text)), der.named_bits(int(failure))))
