"""The validator's own view of what was signed: accepted when sound, refused when one octet of it is not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.platform.clock import FixedClock
from signer import flow
from signer.model import AdesLevel, Prepared, SelfCheck, SignatureFormat, SigningOptions, SigningServices
from signer.selfcheck import SelfValidation

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
both = pytest.mark.parametrize("format", list(SignatureFormat))
levels = pytest.mark.parametrize("level", list(AdesLevel))


def made(
    format: SignatureFormat,
    level: AdesLevel,
    document: bytes,
    issued: Any,
    services: SigningServices,
    pss: bool = False,
) -> tuple[bytes, Prepared]:
    prepared = flow.prepare(format, document, issued.identity(pss=pss), SigningOptions(level=level), NOW)
    value = issued.sign(prepared.to_be_signed, pss=pss)
    return flow.finalise(prepared, value, services, NOW), prepared


def judged(signed: bytes, prepared: Prepared, at: datetime = NOW) -> SelfCheck:
    return SelfValidation(FixedClock(at))(signed, prepared)


@both
@levels
@pytest.mark.parametrize(("kind", "pss"), [("ec256", False), ("rsa3072", True), ("ed25519", False)])
def test_what_is_sound_is_accepted(
    format: SignatureFormat,
    level: AdesLevel,
    kind: str,
    pss: bool,
    pdf: bytes,
    signers: dict[str, Any],
    services: SigningServices,
) -> None:
    check = judged(*made(format, level, pdf, signers[kind], services, pss))
    assert check.accepted, check
    assert (check.indication == "TOTAL-PASSED") == level.has_material


@both
@levels
def test_a_changed_signature_value_is_refused(
    format: SignatureFormat, level: AdesLevel, pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    prepared = flow.prepare(format, pdf, signers["ec256"].identity(), SigningOptions(level=level), NOW)
    good = signers["ec256"].sign(prepared.to_be_signed)
    signed = flow.finalise(prepared, good, services, NOW)
    value, other = good[-16:], bytes(15) + b"\x01"
    if format is SignatureFormat.PADES:
        value, other = value.hex().upper().encode(), other.hex().upper().encode()
    assert value in signed
    check = judged(signed.replace(value, other), prepared)
    assert not check.accepted
    assert "TOTAL-FAILED" in check.indication


@levels
def test_a_changed_document_is_refused(
    level: AdesLevel, pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    signed, prepared = made(SignatureFormat.PADES, level, pdf, signers["ec256"], services)
    check = judged(signed.replace(b"/MediaBox", b"/MediaBix", 1), prepared)
    assert not check.accepted


@both
def test_a_signature_by_somebody_else_is_not_ours(
    format: SignatureFormat, pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    signed, _ = made(format, AdesLevel.B, pdf, signers["ec256"], services)
    _, prepared = made(format, AdesLevel.B, pdf, signers["ec384"], services)
    assert judged(signed, prepared) == SelfCheck(False, "NO-SIGNATURE")


def test_of_two_signatures_the_new_one_is_judged(
    pdf: bytes, signers: dict[str, Any], services: SigningServices
) -> None:
    first, _ = made(SignatureFormat.PADES, AdesLevel.LT, pdf, signers["ec256"], services)
    both_signed, prepared = made(SignatureFormat.PADES, AdesLevel.LT, first, signers["ec384"], services)
    assert judged(both_signed, prepared).indication == "TOTAL-PASSED"
