"""Self-validation: the finished signature is read back by the validator, which shares no code with its making.

Levels LT and LTA carry everything that judging needs, so nothing but TOTAL-PASSED under the roots they carry will do,
offline. Levels B and T carry no revocation data, so that trust cannot be asked; there every digest, signature value and
time-stamp must verify, and every building block but those of the certification path must have passed.
"""

from typing import Final

from ops.platform.clock import Clock
from policies.reasons import severity
from policies.vocabulary import Indication, Severity
from signer.model import Prepared, SelfCheck, SignatureFormat
from signer.schemes import digest_of
from validator.evidence import Evidence, ObjectKind, TrustMode
from validator.gather import AnchorInput, Source
from validator.judge import SignatureVerdict, Verdict
from validator.path.certificate import Certificate, parse_certificate
from validator.service import ValidationRequest, validate

# X.509 validation and what rests on it (EN 319 102-1 5.2.6, 5.6.2): the blocks that need anchors.
_NEED_TRUST: Final = frozenset({"XCV", "PCV", "VTS", "PSV"})


class SelfValidation:
    """A `signer.model.Judge` that asks the validator at the clock's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, signed: bytes, prepared: Prepared) -> SelfCheck:
        """What the validator says about the signature that was just made."""
        found = validate(_request(signed, prepared, ()), self._clock)
        if not prepared.options.level.has_material:
            return _structure(_own(found.verdict, prepared), found.verdict)
        trusted = validate(_request(signed, prepared, _roots(found.evidence)), self._clock)
        own = _own(trusted.verdict, prepared)
        if own is None:
            return SelfCheck(False, "NO-SIGNATURE")
        return SelfCheck(own.indication is Indication.TOTAL_PASSED, _words(own), _codes(own))


def _request(signed: bytes, prepared: Prepared, anchors: tuple[AnchorInput, ...]) -> ValidationRequest:
    detached = (Source("content", prepared.carrier),) if prepared.format is SignatureFormat.CADES else ()
    mode = TrustMode.GIVEN if anchors else TrustMode.NONE
    return ValidationRequest(document=Source("signed", signed), detached=detached, anchors=anchors, mode=mode)


def _roots(evidence: Evidence) -> tuple[AnchorInput, ...]:
    """The self-issued certificates that the file carries. Whether anybody else trusts them is not the question here."""
    parsed = (parse_certificate(item.der) for item in evidence.objects if item.kind is ObjectKind.CERTIFICATE)
    roots = (item.der for item in parsed if isinstance(item, Certificate) and item.self_issued)
    return tuple(AnchorInput(source=Source("carried root", root)) for root in roots)


def _own(verdict: Verdict, prepared: Prepared) -> SignatureVerdict | None:
    """The newest signature by the prepared certificate."""
    fingerprint = digest_of("sha256", prepared.identity.certificate).hex()
    own = [item for item in verdict.signatures if item.signer is not None and item.signer.certificate == fingerprint]
    return own[-1] if own else None


def _structure(own: SignatureVerdict | None, verdict: Verdict) -> SelfCheck:
    if own is None:
        return SelfCheck(False, "NO-SIGNATURE")
    stamps = [item for item in verdict.timestamps if item.owner == own.id]
    intact = own.intact and own.digests_intact
    stamped = all(item.intact and item.digests_intact and item.imprint_intact is not False for item in stamps)
    blocks = [block for block in own.blocks if block.name not in _NEED_TRUST]
    passed = bool(blocks) and all(block.indication is Indication.PASSED for block in blocks)
    return SelfCheck(intact and stamped and passed, _words(own), _codes(own))


def _words(own: SignatureVerdict) -> str:
    return str(own.indication) if own.sub_indication is None else f"{own.indication}/{own.sub_indication}"


def _codes(own: SignatureVerdict) -> tuple[str, ...]:
    """The codes of the reasons that weigh as errors."""
    codes = (reason.code for reason in own.reasons if severity(reason) is Severity.ERROR)
    return tuple(dict.fromkeys(codes))
