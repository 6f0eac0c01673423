"""Other people's national signatures verify, a changed octet does not; what is wrong is refused for what it is."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms import (
    AlgorithmUse,
    CryptoResult,
    bign,
    describe_key,
    describe_signature,
    digest_algorithm,
    gost,
    gost_kg,
    gost_kz,
    gost_ru,
    sm2,
    spki_leniencies,
    verify,
    verify_cms,
)
from policies.algorithms import digest as digest_of
from policies.algorithms.curves import Arithmetic, Domain, curve_of, domains
from policies.algorithms.encoding import (
    BIT_STRING,
    OCTET_STRING,
    SEQUENCE,
    elements,
    encode,
    encode_integer,
    encode_object_identifier,
    sequence,
)
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making import bign as bign_making
from policies.algorithms.making import maker
from tests.policies.algorithms.objects import (
    NATIONAL,
    Signed,
    everything,
    key_of,
    load,
    octets,
    xml_signature,
)
from tests.policies.algorithms.textbook import in_group, points_from

VALID, INVALID, UNSUPPORTED, MALFORMED = CryptoResult
OBJECTS = everything()
MESSAGE = b"the signed attributes"
PRIVATE = 0x1234_5678_9ABC_DEF0


def changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "item",
    OBJECTS or [pytest.param(None, marks=pytest.mark.skip(reason="shared vectors are absent"))],
    ids=lambda i: i.name,
)
def test_what_others_signed_verifies_and_a_changed_octet_does_not(item: Signed, arithmetic: Arithmetic) -> None:
    assert item.result() is VALID
    for at in range(0, len(item.message), max(1, len(item.message) // 5)):
        assert item.result(message=changed(item.message, at)) is INVALID
    for at in range(0, len(item.signature), max(1, len(item.signature) // 7)):
        assert item.result(signature=changed(item.signature, at)) is INVALID
    assert item.result(signature=item.signature[::-1]) is INVALID
    half = len(item.signature) // 2
    assert item.result(signature=item.signature[half:] + item.signature[:half]) is INVALID
    assert item.result(signature=item.signature[:-1]) is INVALID
    assert item.result(signature=item.signature + b"\0") is INVALID
    assert item.result(signature=b"") is INVALID


@pytest.mark.skipif(not NATIONAL.exists(), reason="shared vectors are absent")
def test_the_xml_example_of_belarus_verifies() -> None:
    info, value, element = xml_signature(NATIONAL / "by" / "stb-34.101.50-annex-e.xml")
    # The public key of the standard's own examples (STB 34.101.45 G.1).
    key = bytes.fromhex(
        "BD1A5650179D79E03FCEE49D4C2BD5DDF54CE46D0CF11E4FF87BF7A890857FD0"
        "7AC6A60361E8C8173491686D461B2826190C2EDA5909054A9AB84D2AB9D99A90"
    )
    spki = public_key_info(encode_algorithm(bign.KEY, encode_object_identifier("1.2.112.0.2.0.34.101.45.3.1")), key)
    algorithm = encode_algorithm("1.2.112.0.2.0.34.101.45.12", DER_NULL)
    assert element.tag.endswith("Signature")
    assert verify(algorithm, spki, info, value) is VALID
    assert verify(algorithm, spki, info + b" ", value) is INVALID


@pytest.mark.skipif(not NATIONAL.exists(), reason="shared vectors are absent")
def test_the_key_of_the_kyrgyz_state_authority_is_read() -> None:
    """Its certificate was signed by a root that is not at hand; its own key has to be understood."""
    spki = key_of(octets(NATIONAL / "kg" / "infocom-ca-2025.crt"))
    assert describe_key(spki) == AlgorithmUse("TUMAR", 256, "signature")
    assert spki_leniencies(spki) == ()


def primitives() -> dict[str, Any]:
    path = NATIONAL / "primitives.json"
    if not path.exists():
        pytest.skip("shared vectors are absent")
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def test_the_examples_of_rfc_7091(arithmetic: Arithmetic) -> None:
    for row in primitives()["gost3410"]:
        curve = curve_of(gost_ru.SETS[row["curve"]])
        d, e, k, r, s = (int(row[name], 16) for name in ("d", "e", "k", "r", "s"))
        digest = e.to_bytes(curve.domain.octets, "little")
        point = curve.base_multiple(d)
        assert point is not None
        assert gost.sign(curve, d, digest, k) == (r, s)
        key = gost.GostKey(curve, curve.point(*point))
        assert gost.verify(key, digest, r, s)
        assert not gost.verify(key, digest, s, r)
        assert not gost.verify(key, digest[::-1], r, s)
        q = curve.domain.q
        for bad in ((0, s), (r, 0), (q, s), (r, q), (r + q, s), (r, s + q), (q - r, s)):
            assert not gost.verify(key, digest, *bad)


def test_a_digest_of_zero_counts_as_one(arithmetic: Arithmetic) -> None:
    """RFC 7091 6.1 step 2, for octets of zero and for octets of q."""
    curve = curve_of(domains.CRYPTOPRO_A)
    point = curve.base_multiple(7)
    assert point is not None
    key, q = gost.GostKey(curve, curve.point(*point)), curve.domain.q
    for digest in (bytes(32), q.to_bytes(32, "little"), b"\1" + bytes(31)):
        numbers = gost.sign(curve, 7, digest, 11)
        assert numbers is not None
        assert gost.verify(key, bytes(32), *numbers)


def bign_key(public: bytes) -> bytes:
    curve = encode_object_identifier("1.2.112.0.2.0.34.101.45.3.1")
    return public_key_info(encode_algorithm(bign.KEY, curve), public)


def test_the_tables_of_stb_34_101_45(arithmetic: Arithmetic) -> None:
    table = load("bign.json")
    if not table:
        pytest.skip("corpus is absent")
    public, algorithm = bytes.fromhex(table["public_key"]), encode_algorithm("1.2.112.0.2.0.34.101.45.12", DER_NULL)
    kind = maker("bign-256")
    private = bytes.fromhex(table["private_key"])
    key_algorithm = encode(*sequence(bign_key(public))[0])
    pkcs8 = encode(SEQUENCE, encode_integer(0) + key_algorithm + encode(OCTET_STRING, private))
    assert kind.public_key_info(pkcs8) == bign_key(public)
    judged = 0
    for row in table["verify"]:
        if "message" not in row:
            continue
        message, signature = bytes.fromhex(row["message"]), bytes.fromhex(row["signature"])
        assert verify(algorithm, bign_key(public), message, signature) is VALID
        assert verify(algorithm, bign_key(public), message, changed(signature, 0)) is INVALID
        assert verify(algorithm, bign_key(changed(public, 0)), message, signature) is MALFORMED  # off the curve
        judged += 1
    assert judged == 2


def test_the_example_of_sm2(arithmetic: Arithmetic) -> None:
    row = primitives()["sm2"][0]
    curve = curve_of(domains.SM2)
    point = curve.point(int(row["x"], 16), int(row["y"], 16))
    identity = sm2.identity_digest(point, row["id"].encode("ascii"))
    assert identity.hex() == row["Z"].lower()
    r, s, n = int(row["r"], 16), int(row["s"], 16), domains.SM2.q
    number = sm2.message_number(identity, row["msg"].encode("ascii"))
    assert sm2.verify(curve, point, number, r, s)
    for bad in ((s, r), (0, s), (r, 0), (n, s), (r, n), (r, n - r), (r + n, s)):
        assert not sm2.verify(curve, point, number, *bad)
    assert not sm2.verify(curve, point, number + 1, r, s)
    spki = public_key_info(
        encode_algorithm(sm2.EC_PUBLIC_KEY, encode_object_identifier(sm2.CURVE)),
        b"\4" + bytes.fromhex(row["x"]) + bytes.fromhex(row["y"]),
    )
    message, algorithm = row["msg"].encode("ascii"), encode_algorithm(sm2.SIGNATURE)
    good = sm2.encode_signature(r, s)
    assert verify(algorithm, spki, message, good) is VALID
    for value in (good + b"\0", good[:-1], b"", encode(SEQUENCE, good), sm2.encode_signature(s, r), DER_NULL):
        assert verify(algorithm, spki, message, value) is INVALID
    for extra in (b"", encode_integer(r), encode_integer(r) + encode_integer(s) + encode_integer(1)):
        assert verify(algorithm, spki, message, encode(SEQUENCE, extra)) is INVALID


# A key of each suite with one signature, made here; the objects of others above prove that it means the same abroad.

SUITES = ("gost-2012-256-cryptopro-a", "gost-2012-512-a", "gost-kz-2004", "gost-kz-2015-256", "gost-kz-2015-512", "tumar-kg", "bign-256", "bign-384", "bign-512", "sm2")  # fmt: skip  # noqa: E501


def countless(size: int) -> bytes:
    """Octets for keys and nonces of tests, the same in every run."""
    return bytes(range(1, size + 1))


def public_key_info(algorithm: bytes, key: bytes) -> bytes:
    return encode(SEQUENCE, algorithm + encode(BIT_STRING, b"\0" + key))


class Case:
    """A maker's key and one signature over MESSAGE."""

    def __init__(self, name: str) -> None:
        self.maker = maker(name)
        private = self.maker.generate(countless)
        self.spki = self.maker.public_key_info(private)
        self.signature = self.maker.sign(private, MESSAGE, countless)
        self.algorithm = self.maker.signature_algorithm_der
        (_, algorithm), (_, bits) = sequence(self.spki)
        self.oid, self.parameters = (encode(*item) for item in [*elements(algorithm), (5, b"")][:2])
        self.key = bits[1:]

    def with_key(self, key: bytes) -> CryptoResult:
        return self.verified(public_key_info(encode(SEQUENCE, self.oid + self.parameters), key))

    def with_parameters(self, parameters: bytes) -> CryptoResult:
        return self.verified(public_key_info(encode(SEQUENCE, self.oid + parameters), self.key))

    def verified(self, spki: bytes) -> CryptoResult:
        return verify(self.algorithm, spki, MESSAGE, self.signature)

    def wrapped(self, raw: Callable[[bytes], bytes]) -> bytes:
        """The key with its coordinates changed by `raw`, in the envelope of its suite."""
        if self.maker.name.startswith("gost"):
            return encode(OCTET_STRING, raw(elements(self.key)[0][1]))
        header = {"tumar-kg": len(gost_kg.HEADER), "sm2": 1}.get(self.maker.name, 0)
        return self.key[:header] + raw(self.key[header:])


CASES = {name: Case(name) for name in SUITES}
EACH = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@EACH
def test_keys_that_are_no_points_of_their_curve_are_malformed(case: Case) -> None:
    assert case.with_key(case.key) is VALID
    bad: tuple[Callable[[bytes], bytes], ...] = (
        lambda raw: changed(raw, 0),
        lambda raw: changed(raw, len(raw) - 1),
        lambda raw: bytes(len(raw)),
        lambda raw: b"\xff" * len(raw),
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: raw[len(raw) // 2 :] + raw[: len(raw) // 2],
        lambda raw: raw[::-1],
        lambda raw: raw + raw,
        lambda _: b"",
    )
    for change in bad:
        assert case.with_key(case.wrapped(change)) is MALFORMED
    assert case.with_key(encode(OCTET_STRING, case.key)) is MALFORMED
    if case.maker.name.startswith("gost"):
        assert case.with_key(elements(case.key)[0][1]) is MALFORMED  # without its OCTET STRING
    assert case.with_key(b"") is MALFORMED


@EACH
def test_a_coordinate_not_below_p_is_malformed(case: Case) -> None:
    """x + p is the same number modulo p, and another encoding: only x itself is the key."""
    domain = domain_of(case)
    small = next(point for point in points_from(domain, 0) if in_group(domain, point))
    assert small[0] + domain.p < 1 << 8 * domain.octets
    order = "big" if case.maker.name == "sm2" else "little"

    def raw(x: int, y: int) -> Callable[[bytes], bytes]:
        value = b"".join(number.to_bytes(domain.octets, order) for number in (x, y))  # type: ignore[arg-type]
        return lambda _: value

    assert case.with_key(case.wrapped(raw(*small))) is INVALID
    assert case.with_key(case.wrapped(raw(small[0] + domain.p, small[1]))) is MALFORMED


def domain_of(case: Case) -> Domain:
    return {
        "gost-2012-256-cryptopro-a": domains.CRYPTOPRO_A,
        "gost-2012-512-a": domains.TC26_512_A,
        "gost-kz-2004": domains.CRYPTOPRO_A,
        "gost-kz-2015-256": domains.TC26_256_A,
        "gost-kz-2015-512": domains.TC26_512_A,
        "tumar-kg": domains.CRYPTOPRO_A,
        "bign-256": domains.BIGN_256,
        "bign-384": domains.BIGN_384,
        "bign-512": domains.BIGN_512,
        "sm2": domains.SM2,
    }[case.maker.name]


@pytest.mark.parametrize("name", ["gost-2012-256-a", "gost-2012-512-c", "gost-kz-2015-256"])
def test_a_point_of_small_or_mixed_order_is_malformed_on_curves_with_a_cofactor(name: str) -> None:
    """A key plus a point of order 2 or 4 is on the curve, and outside of the group that q counts."""
    case = Case(name)
    domain = {"gost-2012-512-c": domains.TC26_512_C}.get(name, domains.TC26_256_A)
    outside = next(point for point in points_from(domain, 0) if not in_group(domain, point))
    raw = b"".join(number.to_bytes(domain.octets, "little") for number in outside)
    assert case.with_key(encode(OCTET_STRING, raw)) is MALFORMED
    assert case.with_key(case.key) is VALID


@EACH
def test_numbers_out_of_range_are_invalid(case: Case) -> None:
    if case.maker.name == "sm2":
        return
    q, size = domain_of(case).q, len(case.signature)
    if case.maker.name.startswith("bign"):
        first = size // 3
        assert int.from_bytes(case.signature[first:], "little") < q
        second = int.from_bytes(case.signature[first:], "little") + q
        too_big = [q, second] if second < 1 << 16 * first else [q]
        values = [case.signature[:first] + number.to_bytes(2 * first, "little") for number in too_big]
    else:
        half = size // 2
        one, other = case.signature[:half], case.signature[half:]
        wrong = [bytes(half), q.to_bytes(half, "little"), q.to_bytes(half, "big"), b"\xff" * half]
        values = [part for number in wrong for part in (one + number, number + other)]
    for value in (*values, bytes(size), b"\xff" * size):
        assert verify(case.algorithm, case.spki, MESSAGE, value) is INVALID


@pytest.mark.parametrize(
    ("name", "parameters", "expected"),
    [
        # Known by OID, unknown by parameters.
        ("gost-2012-256-cryptopro-a", ("1.2.643.7.1.2.1.1.9", "1.2.643.7.1.1.2.2"), UNSUPPORTED),
        ("gost-2012-512-a", ("1.2.3.4",), UNSUPPORTED),
        ("gost-kz-2015-512", ("1.2.398.3.10.1.1.2.2.9", "1.2.398.3.10.1.3.3"), UNSUPPORTED),
        # A set of the other size, or of another kind.
        ("gost-2012-256-cryptopro-a", ("1.2.643.7.1.2.1.2.1",), MALFORMED),
        ("gost-2012-512-a", ("1.2.643.2.2.35.1", "1.2.643.7.1.1.2.3"), MALFORMED),
        ("gost-kz-2015-512", ("1.2.398.3.10.1.1.2.1.1", "1.2.398.3.10.1.3.3"), MALFORMED),
        ("gost-kz-2004", ("1.2.398.3.10.1.1.2.1.1", "1.2.398.3.10.1.3.1.1.0"), MALFORMED),
        # A set of the right size whose curve the point is not on.
        ("gost-2012-256-cryptopro-a", ("1.2.643.2.2.35.2", "1.2.643.7.1.1.2.2"), MALFORMED),
        ("gost-2012-512-a", ("1.2.643.7.1.2.1.2.2",), MALFORMED),
        # A digest that contradicts the key.
        ("gost-2012-256-cryptopro-a", ("1.2.643.2.2.35.1", "1.2.643.7.1.1.2.3"), MALFORMED),
        ("gost-2012-512-a", ("1.2.643.7.1.2.1.2.1", "1.2.643.7.1.1.2.2"), MALFORMED),
        ("gost-2012-512-a", ("1.2.643.7.1.2.1.2.1", "1.2.643.2.2.30.1"), MALFORMED),
        ("gost-kz-2015-512", ("1.2.398.3.10.1.1.2.2.1", "1.2.398.3.10.1.3.2"), MALFORMED),
        ("gost-2012-512-a", ("1.2.643.7.1.2.1.2.1", "1.2.643.7.1.1.2.3", "1.2.643.2.2.31.1"), MALFORMED),
        ("gost-kz-2015-512", ("1.2.398.3.10.1.1.2.2.1",), MALFORMED),
        ("gost-2012-512-a", (), MALFORMED),
    ],
)
def test_key_parameters_of_gost(name: str, parameters: tuple[str, ...], expected: CryptoResult) -> None:
    body = b"".join(encode_object_identifier(oid) for oid in parameters)
    assert CASES[name].with_parameters(encode(SEQUENCE, body)) is expected


@pytest.mark.parametrize("name", [name for name in SUITES if name.startswith("gost")])
def test_key_parameters_that_are_no_sequence_of_identifiers(name: str) -> None:
    case = CASES[name]
    for parameters in (encode_integer(1), encode(SEQUENCE, encode_integer(1)), b"\x30\x05\x06"):
        assert case.with_parameters(parameters) is MALFORMED
    for parameters in (b"", DER_NULL):
        # RFC 4491 2.3.2 has them inherited then; Kazakhstan has no such rule.
        assert case.with_parameters(parameters) is (UNSUPPORTED if "kz" not in name else MALFORMED)


@pytest.mark.parametrize(
    ("name", "parameters", "leniencies"),
    [
        ("gost-2012-256-cryptopro-a", ("1.2.643.2.2.35.1",), ("gost-missing-digest-parameters",)),
        ("gost-2012-256-cryptopro-a", ("1.2.643.2.2.36.0", "1.2.643.7.1.1.2.2"), ()),
        ("gost-2012-256-cryptopro-a", ("1.2.643.7.1.2.1.1.2",), ()),
        ("gost-2012-256-cryptopro-a", ("1.2.643.7.1.2.1.1.2", gost_ru.DIGEST_256), (gost_ru.SUPERFLUOUS_DIGEST,)),
        ("gost-2012-256-cryptopro-a", ("1.2.643.2.2.35.1", "1.2.643.2.2.30.1"), ("gost-1994-digest-parameters",)),
        ("gost-2012-512-a", ("1.2.643.7.1.2.1.2.1", "1.2.643.7.1.1.2.3"), ("gost-superfluous-digest-parameters",)),
    ],
)  # fmt: skip
def test_departures_that_are_met_in_the_world_are_read_and_named(
    name: str, parameters: tuple[str, ...], leniencies: tuple[str, ...]
) -> None:
    case = CASES[name]
    body = encode(SEQUENCE, b"".join(encode_object_identifier(oid) for oid in parameters))
    assert case.with_parameters(body) is VALID
    assert spki_leniencies(public_key_info(encode(SEQUENCE, case.oid + body), case.key)) == leniencies


def test_a_key_on_a_test_set_computes_and_says_so() -> None:
    domain = domains.GOST_256_TEST
    raw = b"".join(number.to_bytes(32, "little") for number in (domain.x, domain.y))
    body = encode(SEQUENCE, b"".join(map(encode_object_identifier, ("1.2.643.2.2.35.0", gost_ru.DIGEST_256))))
    spki = public_key_info(encode_algorithm(gost_ru.KEY_256, body), encode(OCTET_STRING, raw))
    assert spki_leniencies(spki) == (gost.TEST_PARAMETERS,)
    assert describe_key(spki).bits == 256


@EACH
def test_signature_parameters(case: Case) -> None:
    (_, oid), *_ = elements(elements(case.algorithm)[0][1])
    for parameters, expected in (
        (b"", VALID),
        (DER_NULL, VALID),
        (encode_integer(1), MALFORMED),
        (b"\5\1\0", MALFORMED),
    ):
        algorithm = encode(SEQUENCE, encode(6, oid) + parameters)
        assert verify(algorithm, case.spki, MESSAGE, case.signature) is expected


def test_no_suite_takes_the_key_or_the_order_of_octets_of_another() -> None:
    """The same number, the same curve, the same digest: only the identifiers differ, and they decide."""
    for case in CASES.values():
        for other in CASES.values():
            if other is not case and other.maker.key_algorithm != case.maker.key_algorithm:
                assert verify(other.algorithm, case.spki, MESSAGE, case.signature) is INVALID
    for russian, kazakh in (("gost-2012-512-a", "gost-kz-2015-512"), ("gost-2012-256-a", "gost-kz-2015-256")):
        one, other = Case(russian), Case(kazakh)
        assert one.key == other.key
        assert one.signature != other.signature
        assert verify(one.algorithm, one.spki, MESSAGE, other.signature) is INVALID
        assert verify(other.algorithm, other.spki, MESSAGE, one.signature) is INVALID
        assert verify(other.algorithm, other.spki, MESSAGE, one.signature[::-1]) is VALID


def test_signatures_of_another_size_than_the_key_are_invalid() -> None:
    small, large = CASES["gost-2012-256-cryptopro-a"], CASES["gost-2012-512-a"]
    assert verify(large.algorithm, small.spki, MESSAGE, small.signature) is INVALID
    assert verify(small.algorithm, large.spki, MESSAGE, large.signature) is INVALID
    for one, other in pairwise(("bign-256", "bign-384", "bign-512")):
        assert verify(CASES[other].algorithm, CASES[one].spki, MESSAGE, CASES[one].signature) is INVALID
        assert verify(CASES[one].algorithm, CASES[other].spki, MESSAGE, CASES[other].signature) is INVALID


def test_sm2_and_ecdsa_keys_are_told_apart_by_their_curve() -> None:
    case, key = CASES["sm2"], ec.generate_private_key(ec.SECP256R1())
    p256 = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert verify(case.algorithm, p256, MESSAGE, case.signature) is INVALID
    assert verify(encode_algorithm("1.2.840.10045.4.3.2"), case.spki, MESSAGE, case.signature) is INVALID
    assert verify(encode_algorithm("0.4.0.127.0.7.1.1.4.1.3"), case.spki, MESSAGE, case.signature) is INVALID
    assert describe_key(case.spki) == AlgorithmUse("SM2", 256, "signature")
    sign = case.key[-1] & 1
    assert case.with_key(bytes([2 + sign]) + case.key[1:33]) is VALID
    assert case.with_key(bytes([3 - sign]) + case.key[1:33]) is INVALID
    assert case.with_key(b"\6" + case.key[1:]) is MALFORMED
    assert case.with_key(b"\0") is MALFORMED
    assert case.with_parameters(encode_object_identifier("1.2.840.10045.3.1.7")) is not VALID


def test_blobs_of_tumar() -> None:
    case = CASES["tumar-kg"]
    key = case.key
    assert case.with_key(key[:8] + bytes.fromhex("45433100") + key[12:]) is VALID  # the magic as it is printed
    assert case.with_key(changed(key, 0)) is MALFORMED
    assert case.with_key(changed(key, 4)) is UNSUPPORTED
    assert case.with_key(changed(key, 9)) is MALFORMED
    assert case.with_key(changed(key, 13)) is MALFORMED
    assert case.with_parameters(encode_object_identifier("1.2.3")) is MALFORMED


def test_parameters_of_bign() -> None:
    case = CASES["bign-256"]
    assert case.with_parameters(b"") is UNSUPPORTED
    assert case.with_parameters(DER_NULL) is UNSUPPORTED
    assert case.with_parameters(encode(SEQUENCE, encode_integer(1))) is UNSUPPORTED
    assert case.with_parameters(encode_object_identifier("1.2.112.0.2.0.34.101.45.3.4")) is UNSUPPORTED
    assert case.with_parameters(encode_object_identifier("1.2.112.0.2.0.34.101.45.3.2")) is MALFORMED


def test_bign_with_a_hash_named_in_the_parameters() -> None:
    """The parameters are the OID of the hash: any of the right size, in the commitment as it is named."""
    case = CASES["bign-256"]
    belt, bash512, sha256 = "1.2.112.0.2.0.34.101.31.81", "1.2.112.0.2.0.34.101.77.13", "2.16.840.1.101.3.4.2.1"
    for parameters, expected in (
        (encode_object_identifier(belt), VALID),
        (encode_object_identifier(bash512), INVALID),
        (encode_object_identifier(sha256), INVALID),
        (encode_object_identifier("1.2.3"), UNSUPPORTED),
        (encode_algorithm(belt, DER_NULL), MALFORMED),
        (encode_integer(1), MALFORMED),
        (DER_NULL, MALFORMED),
        (b"", MALFORMED),
    ):
        assert verify(encode_algorithm(bign.HSPEC, parameters), case.spki, MESSAGE, case.signature) is expected
    assert describe_signature(encode_algorithm(bign.HSPEC, encode_object_identifier(belt)), case.spki) == (
        AlgorithmUse("belt-hash", 256, "digest"),
        AlgorithmUse("bign", 256, "signature"),
    )
    for oid in (sha256, "1.2.643.7.1.1.2.2", "1.2.398.3.10.1.3.2"):
        kind = bign_making.BignKind(domains.BIGN_256, b"", digest_algorithm(oid))
        hashed = digest_of(oid, MESSAGE)
        value = bign_making.signature_octets(kind, PRIVATE, hashed, 12_345, oid)
        spki = bign_key(
            gost.encode_point(domains.BIGN_256, curve_of(domains.BIGN_256).base_multiple(PRIVATE) or (0, 0))
        )
        named = encode_algorithm(bign.HSPEC, encode_object_identifier(oid))
        assert verify(named, spki, MESSAGE, value) is VALID
        assert describe_signature(named, spki)[0].name == digest_algorithm(oid).name
    other = encode_algorithm(bign.HSPEC, encode_object_identifier("1.2.643.7.1.1.2.2"))
    assert verify(other, spki, MESSAGE, value) is INVALID  # the same hash under its other name


@EACH
def test_cms_fixes_the_digest_of_the_suite(case: Case) -> None:
    made = case.maker
    good = made.digest_algorithm_der
    for attributes in (True, False):
        for algorithm in (made.cms_signature_algorithm_der, case.algorithm):
            for digest, expected in (
                (good, VALID),
                (encode_algorithm(made.digest_oid), VALID),
                (encode_algorithm(made.digest_oid, DER_NULL), VALID),
                (encode_algorithm("2.16.840.1.101.3.4.2.1"), MALFORMED),
                (encode_algorithm("1.2.3.4"), UNSUPPORTED),
            ):
                result = verify_cms(algorithm, digest, case.spki, MESSAGE, case.signature, signed_attributes=attributes)
                if algorithm == case.algorithm or expected is not MALFORMED or made.name != "sm2":
                    assert result is expected


def test_cms_names_the_key_algorithm_in_russia_and_the_scheme_in_china() -> None:
    small, large, chinese = CASES["gost-2012-256-cryptopro-a"], CASES["gost-2012-512-a"], CASES["sm2"]
    for parameters in (None, DER_NULL):
        bare = encode_algorithm(gost_ru.KEY_256, parameters)
        digest = encode_algorithm(gost_ru.DIGEST_256, parameters)
        assert verify_cms(bare, digest, small.spki, MESSAGE, small.signature) is VALID
        assert verify_cms(bare, digest, large.spki, MESSAGE, large.signature) is INVALID
        assert verify_cms(bare, encode_algorithm(gost_ru.DIGEST_512), small.spki, MESSAGE, small.signature) is MALFORMED
    for oid in (sm2.EC_PUBLIC_KEY, sm2.BARE_SIGNATURE):
        bare = encode_algorithm(oid)
        assert verify_cms(bare, encode_algorithm(sm2.DIGEST), chinese.spki, MESSAGE, chinese.signature) is VALID
    sha256 = encode_algorithm("2.16.840.1.101.3.4.2.1")
    assert verify_cms(encode_algorithm(sm2.EC_PUBLIC_KEY), sha256, chinese.spki, MESSAGE, chinese.signature) is INVALID
    assert verify_cms(encode_algorithm(sm2.BARE_SIGNATURE), sha256, chinese.spki, MESSAGE, b"") is MALFORMED
    kazakh = CASES["gost-kz-2015-512"]
    bare, digest = encode_algorithm(gost_kz.KEY_2015_512, DER_NULL), encode_algorithm(gost_kz.DIGEST_2015_512, DER_NULL)
    assert verify_cms(bare, digest, kazakh.spki, MESSAGE, kazakh.signature) is not VALID


@settings(max_examples=500)
@given(st.sampled_from(SUITES), st.integers(0, 500), st.integers(1, 255))
def test_a_key_or_an_identifier_with_one_wrong_octet_never_verifies(name: str, at: int, flip: int) -> None:
    case = CASES[name]
    judges: tuple[tuple[bytes, Callable[[bytes], CryptoResult]], ...] = (
        (case.spki, lambda spki: verify(case.algorithm, spki, MESSAGE, case.signature)),
        (case.algorithm, lambda algorithm: verify(algorithm, case.spki, MESSAGE, case.signature)),
        (case.signature, lambda signature: verify(case.algorithm, case.spki, MESSAGE, signature)),
    )
    for value, judge in judges:
        damaged = bytearray(value)
        damaged[at % len(value)] ^= flip
        assert judge(bytes(damaged)) in (INVALID, UNSUPPORTED, MALFORMED)
        assert describe_key(bytes(damaged)).bits >= 0
