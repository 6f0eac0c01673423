"""Paths whose keys and signatures are national: what the states published, and the curves that are for tests only."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from ops.platform import der
from policies.algorithms import CryptoResult, gost, gost_ru, verify
from policies.algorithms.curves import curve_of, domains
from policies.algorithms.digests import digest_by_name
from policies.algorithms.encoding import OCTET_STRING, encode, sequence
from policies.algorithms.making.pkcs8 import subject_public_key_info
from policies.jurisdictions import load_jurisdiction
from tests.policies.algorithms.objects import NATIONAL, octets
from validator.path.certificate import Certificate, parse_certificate
from validator.path.engine import build_path
from validator.path.types import PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.types import RevocationEvidence

PAIRS = (
    ("by/gossuok-ruc.cer", "by/gossuok-kuc.cer", "BY", datetime(2020, 1, 1, tzinfo=UTC)),
    ("by/bign512-bash512-root.crt", "by/bign512-bash512-root.crt", "BY", datetime(2025, 1, 1, tzinfo=UTC)),
    ("rfc9215/tc26-256-A.crt", "rfc9215/tc26-256-A.crt", "RU", datetime(2025, 1, 1, tzinfo=UTC)),
    ("rfc9215/test256.crt", "rfc9215/test256.crt", "RU", datetime(2025, 1, 1, tzinfo=UTC)),
    ("rfc9215/test512.crt", "rfc9215/test512.crt", "RU", datetime(2025, 1, 1, tzinfo=UTC)),
    ("kz/test-subject-gost2004.crt", "kz/test-ca-gost2004.crt", "KZ", datetime(2022, 6, 1, tzinfo=UTC)),
)
ABSENT = pytest.mark.skipif(not NATIONAL.exists(), reason="shared vectors are absent")


def read(name: str) -> Certificate:
    value = parse_certificate(octets(NATIONAL / name))
    assert isinstance(value, Certificate)
    return value


@ABSENT
@pytest.mark.parametrize(("leaf", "issuer", "country", "at"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_published_certificates_are_read_verified_and_relied_on(
    leaf: str, issuer: str, country: str, at: datetime
) -> None:
    child, parent = read(leaf), read(issuer)
    assert verify(child.outer_algorithm, parent.spki, child.tbs, child.signature) is CryptoResult.VALID
    assert verify(child.outer_algorithm, parent.spki, child.tbs[:-1] + b"\0", child.signature) is not CryptoResult.VALID
    leniencies = frozenset(item.name for item in load_jurisdiction(country).leniencies)
    settings = PathSettings(revocation=RevocationMode.NONE, leniencies=leniencies)
    request = PathRequest(
        leaf=child, anchors=(TrustAnchor(parent),), pool=(), evidence=RevocationEvidence(), at=at, settings=settings
    )
    assert build_path(request).valid


# Keys on the test curve, with the private number 3 for everyone.

CURVE = curve_of(domains.GOST_256_TEST)
ALGORITHM = der.algorithm(gost_ru.SIGNATURE_256)


def spki_on_the_test_curve() -> bytes:
    point = CURVE.base_multiple(3)
    assert point is not None
    parameters = der.sequence(der.oid("1.2.643.2.2.35.0"), der.oid(gost_ru.DIGEST_256))
    octets = encode(OCTET_STRING, gost.encode_point(CURVE.domain, point))
    return subject_public_key_info(der.sequence(der.oid(gost_ru.KEY_256), parameters), octets)


def signed_on_the_test_curve(certificate: bytes) -> bytes:
    tbs = encode(*sequence(certificate)[0])
    running = digest_by_name("Streebog-256").new()
    running.update(tbs)
    numbers = gost.sign(CURVE, 3, running.digest(), 5)
    assert numbers is not None
    return der.sequence(tbs, ALGORITHM, der.bit_string(gost.encode_russian(*numbers, 32)))


def test_a_key_on_a_test_curve_counts_only_below_another(forge: SimpleNamespace) -> None:
    spki = spki_on_the_test_curve()
    anchor = signed_on_the_test_curve(forge.root(public_key=spki, inner=ALGORITHM))
    below = signed_on_the_test_curve(
        forge.end_entity(issuer="CN=Root", signer="root", public_key=spki, inner=ALGORITHM)
    )
    assert forge.ask(below, [anchor]).valid
    ordinary = signed_on_the_test_curve(forge.end_entity(issuer="CN=Root", signer="root", inner=ALGORITHM))
    assert forge.ask(ordinary, [anchor]).valid
    astray = forge.end_entity(issuer="CN=Root", signer="root", public_key=spki)
    assert forge.codes(forge.ask(astray, [forge.root()])) == ("TEST-PARAMETERS",)
