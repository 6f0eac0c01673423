"""prepare → sign → finalise: any holder may answer, nobody is believed, and what fails gives nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509

from ops.platform.clock import FixedClock
from signer import flow
from signer.cms import attribute_values
from signer.errors import (
    CertificateRevokedError,
    CredentialUnusableError,
    PlaceholderError,
    RevocationMissingError,
    SelfValidationError,
    SignatureValueError,
    TsaRejectedError,
    TsaUnreachableError,
)
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, Prepared, SelfCheck, SignatureFormat, SigningOptions, SigningServices

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
FORMATS = list(SignatureFormat)
both = pytest.mark.parametrize("format", FORMATS)


@pytest.fixture(scope="module")
def issued(pki: Any) -> Any:
    return pki.issue("Signer")


def prepare(format: SignatureFormat, document: bytes, issued: Any, **options: Any) -> Prepared:
    return flow.prepare(format, document, issued.identity(), SigningOptions(**options), NOW)


@both
def test_what_is_prepared_names_the_document_and_what_the_key_signs(
    format: SignatureFormat, pdf: bytes, issued: Any
) -> None:
    prepared = prepare(format, pdf, issued)
    assert prepared.document_digest == sha256(pdf).digest()
    assert prepared.to_be_signed_digest == sha256(prepared.to_be_signed).digest()
    (digest,) = attribute_values(prepared.to_be_signed, "1.2.840.113549.1.9.4")
    assert digest.endswith(prepared.content_digest)


@both
def test_a_holder_may_answer_later_and_elsewhere(format: SignatureFormat, pdf: bytes, issued: Any) -> None:
    import pickle

    stored = pickle.loads(pickle.dumps(prepare(format, pdf, issued)))
    value = issued.sign(stored.to_be_signed)
    assert flow.finalise(stored, value, SigningServices(), NOW + timedelta(minutes=5))


@both
def test_a_wrong_answer_gives_nothing(format: SignatureFormat, pdf: bytes, issued: Any, pki: Any) -> None:
    prepared = prepare(format, pdf, issued)
    other = pki.issue("Other")
    good = issued.sign(prepared.to_be_signed)
    wrong = [b"", b"x", other.sign(prepared.to_be_signed), issued.sign(b"something else"), good[:-1], good + b"\0"]
    for value in wrong:
        with pytest.raises(SignatureValueError):
            flow.finalise(prepared, value, SigningServices(), NOW)


@both
def test_a_carrier_that_was_changed_meanwhile_gives_nothing(format: SignatureFormat, pdf: bytes, issued: Any) -> None:
    prepared = prepare(format, pdf, issued)
    value = issued.sign(prepared.to_be_signed)
    changed = replace(prepared, carrier=prepared.carrier.replace(b"page 1", b"page 7", 1))
    if changed.carrier == prepared.carrier:
        changed = replace(prepared, carrier=prepared.carrier[:100] + b"!" + prepared.carrier[101:])
    with pytest.raises(SignatureValueError, match="changed before it was finished"):
        flow.finalise(changed, value, SigningServices(), NOW)
    with pytest.raises(SignatureValueError, match="changed before it was finished"):
        flow.finalise(replace(changed, content_digest=sha256(changed.carrier).digest()), value, SigningServices(), NOW)


def test_the_input_is_not_changed(pdf: bytes, issued: Any) -> None:
    before = bytes(bytearray(pdf))
    flow.sign(
        SignatureFormat.PADES, pdf, issued.identity(), SigningOptions(), SigningServices(), issued.sign, lambda: NOW
    )
    assert pdf == before


class Failing:
    """A time-stamper and a material source that are not there, and a key that must not be used."""

    def __init__(self) -> None:
        self.used = 0

    def stamp(self, imprint: bytes, digest: str) -> bytes:
        raise TsaUnreachableError("The time-stamp authority gave no answer.")

    def collect(self, chains: Any, at: datetime) -> Material:
        raise RevocationMissingError("There is no usable revocation data.")

    def key(self, message: bytes) -> bytes:
        self.used += 1
        raise AssertionError("the key was used")


@both
@pytest.mark.parametrize("level", [AdesLevel.T, AdesLevel.LT, AdesLevel.LTA])
def test_a_failed_time_stamp_is_never_a_lower_level(
    format: SignatureFormat, level: AdesLevel, pdf: bytes, issued: Any, services: SigningServices
) -> None:
    failing = SigningServices(timestamper=Failing(), material=services.material)
    with pytest.raises(TsaUnreachableError) as error:
        flow.sign(format, pdf, issued.identity(), SigningOptions(level=level), failing, issued.sign, lambda: NOW)
    assert error.value.code == "TS-TSA-UNREACHABLE"


@both
@pytest.mark.parametrize("level", [AdesLevel.LT, AdesLevel.LTA])
def test_missing_revocation_data_is_found_before_the_key_is_used(
    format: SignatureFormat, level: AdesLevel, pdf: bytes, issued: Any, services: SigningServices
) -> None:
    failing = Failing()
    with pytest.raises(RevocationMissingError):
        flow.sign(
            format,
            pdf,
            issued.identity(),
            SigningOptions(level=level),
            SigningServices(timestamper=services.timestamper, material=failing),
            failing.key,
            lambda: NOW,
        )
    assert failing.used == 0


@pytest.mark.parametrize(
    ("level", "error"),
    [(AdesLevel.T, TsaUnreachableError), (AdesLevel.LT, TsaUnreachableError), (AdesLevel.LTA, TsaUnreachableError)],
)
def test_a_level_without_its_services_is_refused_before_the_key_is_used(
    level: AdesLevel, error: type[Exception], pdf: bytes, issued: Any
) -> None:
    failing = Failing()
    options = SigningOptions(level=level)
    with pytest.raises(error):
        flow.sign(SignatureFormat.PADES, pdf, issued.identity(), options, SigningServices(), failing.key, lambda: NOW)


def test_a_level_without_a_source_of_material_is_refused(pdf: bytes, issued: Any, services: SigningServices) -> None:
    only = SigningServices(timestamper=services.timestamper)
    with pytest.raises(RevocationMissingError):
        flow.preflight(issued.identity(), SigningOptions(level=AdesLevel.LT), only, NOW)


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)])
def test_a_certificate_outside_its_validity_does_not_sign(pki: Any, pdf: bytes, days: tuple[int, int]) -> None:
    issued, failing = pki.issue("Expired", days=days), Failing()
    with pytest.raises(CredentialUnusableError):
        flow.sign(
            SignatureFormat.PADES, pdf, issued.identity(), SigningOptions(), SigningServices(), failing.key, lambda: NOW
        )


def test_a_revoked_certificate_does_not_sign_long_term(fresh_pki: Any, pdf: bytes) -> None:
    revoked, failing = fresh_pki.issue("Revoked"), Failing()
    fresh_pki.revoked[revoked.certificate.serial_number] = x509.ReasonFlags.key_compromise
    crls = (fresh_pki.crl(fresh_pki.root), fresh_pki.crl(fresh_pki.issuing))
    services = SigningServices(
        timestamper=fresh_pki.authority(), material=MaterialCollector(given=Material((), crls, ()))
    )
    options = SigningOptions(level=AdesLevel.LT)
    with pytest.raises(CertificateRevokedError):
        flow.sign(SignatureFormat.PADES, pdf, revoked.identity(), options, services, failing.key, lambda: NOW)
    assert failing.used == 0


@both
def test_what_the_validator_refuses_is_not_handed_out(format: SignatureFormat, pdf: bytes, issued: Any) -> None:
    seen: list[tuple[bytes, Prepared]] = []

    def judge(signed: bytes, prepared: Prepared) -> SelfCheck:
        seen.append((signed, prepared))
        return SelfCheck(False, "TOTAL-FAILED", ("TS-CERT-UNTRUSTED",))

    services = SigningServices(judge=judge)
    with pytest.raises(SelfValidationError, match="TOTAL-FAILED: TS-CERT-UNTRUSTED"):
        flow.sign(format, pdf, issued.identity(), SigningOptions(), services, issued.sign, lambda: NOW)
    ((signed, prepared),) = seen
    assert prepared.document_digest == sha256(pdf).digest()
    assert signed.startswith(b"%PDF" if format is SignatureFormat.PADES else b"\x30\x82")


def test_what_the_validator_accepts_is_handed_out(pdf: bytes, issued: Any) -> None:
    services = SigningServices(judge=lambda *_: SelfCheck(True, "TOTAL-PASSED"))
    assert flow.sign(
        SignatureFormat.PADES, pdf, issued.identity(), SigningOptions(), services, issued.sign, lambda: NOW
    )


def test_a_token_that_does_not_fit_is_an_error(pdf: bytes, issued: Any) -> None:
    class Huge:
        def stamp(self, imprint: bytes, digest: str) -> bytes:
            return b"\x04\x83" + (60_000).to_bytes(3, "big") + bytes(60_000)

    services = SigningServices(timestamper=Huge())
    options = SigningOptions(level=AdesLevel.T)
    with pytest.raises(PlaceholderError):
        flow.sign(SignatureFormat.PADES, pdf, issued.identity(), options, services, issued.sign, lambda: NOW)


def test_a_clock_marked_bad_between_signature_and_time_stamp_gives_nothing(pki: Any, pdf: bytes, issued: Any) -> None:
    authority = pki.authority(FixedClock(NOW))

    def sign(message: bytes) -> bytes:
        authority.guard.mark_bad("no signal")
        value: bytes = issued.sign(message)
        return value

    services = SigningServices(timestamper=authority)
    with pytest.raises(TsaRejectedError, match="no signal"):
        flow.sign(
            SignatureFormat.PADES,
            pdf,
            issued.identity(),
            SigningOptions(level=AdesLevel.T),
            services,
            sign,
            lambda: NOW,
        )
