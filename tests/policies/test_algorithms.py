"""The rules of `specs` for algorithm identifiers and keys: what is strict, what is tolerated, what is bounded."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.algorithms import (
    AlgorithmUse,
    CryptoResult,
    UnknownAlgorithmError,
    describe_key,
    describe_signature,
    digest,
    digest_algorithms,
    key_bits,
    new_digest,
    spki_leniencies,
    verify,
    verify_cms,
)
from policies.algorithms.encoding import (
    BIT_STRING,
    SEQUENCE,
    MalformedError,
    elements,
    encode,
    encode_integer,
    encode_object_identifier,
    integer,
    object_identifier,
    sequence,
)
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.registry import SUITES
from policies.algorithms.rsa import RSASSA_PSS, encode_pss_parameters

MESSAGE = b"the signed attributes"
SHA256_RSA, SHA1_RSA, RSA_ENCRYPTION = "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.1"
SHA256_ECDSA, EC_PUBLIC_KEY, SHA1_DSA = "1.2.840.10045.4.3.2", "1.2.840.10045.2.1", "1.2.840.10040.4.3"
SHA256, SHA512 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3"
VALID, INVALID, UNSUPPORTED, MALFORMED = (
    CryptoResult.VALID,
    CryptoResult.INVALID,
    CryptoResult.UNSUPPORTED,
    CryptoResult.MALFORMED,
)

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
DSA_KEY = dsa.generate_private_key(1024)
RSA_SIGNATURE = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
EC_SIGNATURE = EC_KEY.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))


def spki(key: object) -> bytes:
    return key.public_key().public_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def rsa_spki(modulus: bytes, exponent: int, parameters: bytes = DER_NULL) -> bytes:
    key = encode(SEQUENCE, encode(0x02, modulus) + encode_integer(exponent))
    return encode(SEQUENCE, encode_algorithm(RSA_ENCRYPTION, parameters) + encode(BIT_STRING, b"\0" + key))


RSA_SPKI, EC_SPKI = spki(RSA_KEY), spki(EC_KEY)


@pytest.mark.parametrize("parameters", [DER_NULL, None])
def test_rsa_parameters_are_null_or_absent(parameters: bytes | None) -> None:
    assert verify(encode_algorithm(SHA256_RSA, parameters), RSA_SPKI, MESSAGE, RSA_SIGNATURE) is VALID


@pytest.mark.parametrize(
    ("algorithm", "key", "signature", "expected"),
    [
        (encode_algorithm(SHA256_RSA, encode_integer(1)), RSA_SPKI, RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_RSA, b"\x05\x01\x00"), RSA_SPKI, RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_RSA, DER_NULL) + b"\0", RSA_SPKI, RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_RSA, DER_NULL), RSA_SPKI, RSA_SIGNATURE + b"\0", INVALID),
        (encode_algorithm(SHA256_RSA, DER_NULL), RSA_SPKI, b"", INVALID),
        (encode_algorithm(SHA1_RSA, DER_NULL), RSA_SPKI, RSA_SIGNATURE, INVALID),
        (encode_algorithm(SHA256_ECDSA), EC_SPKI, EC_SIGNATURE, VALID),
        (encode_algorithm(SHA256_ECDSA, DER_NULL), EC_SPKI, EC_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_ECDSA), RSA_SPKI, EC_SIGNATURE, INVALID),
        (encode_algorithm(SHA256_RSA, DER_NULL), EC_SPKI, RSA_SIGNATURE, INVALID),
        (encode_algorithm("1.2.643.7.1.1.3.2"), RSA_SPKI, RSA_SIGNATURE, INVALID),
        (encode_algorithm("1.2.3.4"), RSA_SPKI, RSA_SIGNATURE, UNSUPPORTED),
        (encode_algorithm(SHA256_RSA, DER_NULL), b"0\x03\x02\x01\x01", RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_RSA, DER_NULL), b"\0" * 20_000, RSA_SIGNATURE, MALFORMED),
        (b"\0" * 20_000, RSA_SPKI, RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(SHA256_RSA, DER_NULL), RSA_SPKI, b"\0" * 100_000, MALFORMED),
        (b"", RSA_SPKI, RSA_SIGNATURE, MALFORMED),
        (encode_algorithm(RSA_ENCRYPTION, DER_NULL), RSA_SPKI, RSA_SIGNATURE, UNSUPPORTED),
        (encode_algorithm(RSASSA_PSS), RSA_SPKI, RSA_SIGNATURE, MALFORMED),
    ],
)
def test_identifier_rules(algorithm: bytes, key: bytes, signature: bytes, expected: CryptoResult) -> None:
    assert verify(algorithm, key, MESSAGE, signature) is expected


def test_an_unknown_key_algorithm_is_unsupported_and_described_by_its_oid() -> None:
    unknown = encode(SEQUENCE, encode_algorithm("1.2.3.4") + encode(BIT_STRING, b"\0" + b"\1" * 66))
    assert verify(encode_algorithm(SHA256_RSA, DER_NULL), unknown, MESSAGE, RSA_SIGNATURE) is UNSUPPORTED
    assert describe_key(unknown) == AlgorithmUse("1.2.3.4", 0, "signature")
    assert describe_key(b"junk") == AlgorithmUse("malformed", 0, "signature")


@pytest.mark.parametrize(
    ("parameters", "pad", "digest_", "expected"),
    [
        (("SHA-256", "SHA-256", 32), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256(), VALID),
        (("SHA-1", "SHA-1", 20), padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1(), VALID),
        (("SHA-256", "SHA-1", 20), padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA256(), VALID),
        (("SHA-256", "SHA-256", 20), padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256(), INVALID),
        (("SHA-512", "SHA-512", 64), padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512(), VALID),
        (("SHA-512", "SHA-512", 2000), padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512(), INVALID),
    ],
)
def test_pss_forms(
    parameters: tuple[str, str, int],
    pad: padding.PSS,
    digest_: hashes.HashAlgorithm,
    expected: CryptoResult,
) -> None:
    signature = RSA_KEY.sign(MESSAGE, pad, digest_)
    assert verify(encode_algorithm(RSASSA_PSS, encode_pss_parameters(*parameters)), RSA_SPKI, MESSAGE, signature) is (
        expected
    )


def test_pss_defaults_written_out_and_a_wrong_trailer() -> None:
    signature = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256())
    inner = sequence(encode_pss_parameters("SHA-256", "SHA-256", 20))
    body = b"".join(encode(tag, value) for tag, value in inner)
    salt, trailer = encode(0xA2, encode_integer(20)), encode(0xA3, encode_integer(1))
    written_out = encode_algorithm(RSASSA_PSS, encode(SEQUENCE, body + salt + trailer))
    assert verify(written_out, RSA_SPKI, MESSAGE, signature) is VALID
    wrong = encode_algorithm(RSASSA_PSS, encode(SEQUENCE, body + salt + encode(0xA3, encode_integer(2))))
    assert verify(wrong, RSA_SPKI, MESSAGE, signature) is MALFORMED
    swapped = encode_algorithm(RSASSA_PSS, encode(SEQUENCE, salt + body))
    assert verify(swapped, RSA_SPKI, MESSAGE, signature) is MALFORMED


def test_a_pss_key_restricts_its_signatures() -> None:
    public = elements(elements(RSA_SPKI)[0][1])[1][1]
    restricted = encode(
        SEQUENCE,
        encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-256", "SHA-256", 32)) + encode(BIT_STRING, public),
    )
    good = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert verify(encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-256", "SHA-256", 32)), restricted, MESSAGE, good) is VALID  # fmt: skip  # noqa: E501
    short = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 20), hashes.SHA256())
    assert verify(encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-256", "SHA-256", 20)), restricted, MESSAGE, short) is MALFORMED  # fmt: skip  # noqa: E501
    assert verify(encode_algorithm(SHA256_RSA, DER_NULL), restricted, MESSAGE, RSA_SIGNATURE) is INVALID
    assert describe_key(restricted).name == "RSASSA-PSS"


def test_a_negative_modulus_is_read_and_named() -> None:
    modulus = RSA_KEY.public_key().public_numbers().n.to_bytes(256, "big")
    assert modulus[0] >= 0x80
    negative = rsa_spki(modulus, 65537)
    assert verify(encode_algorithm(SHA256_RSA, DER_NULL), negative, MESSAGE, RSA_SIGNATURE) is VALID
    assert spki_leniencies(negative) == ("negative-rsa-modulus",)
    assert spki_leniencies(RSA_SPKI) == ()
    assert key_bits(negative) == 2048


@pytest.mark.parametrize(
    ("modulus", "exponent", "expected"),
    [
        (b"\1" + b"\0" * 2999 + b"\1", 65537, UNSUPPORTED),
        (b"\0" + b"\xff" * 256, (1 << 300) + 1, UNSUPPORTED),
        (b"\0" + b"\xff" * 1024, (1 << 100) + 1, UNSUPPORTED),
        (b"\0" + b"\xff" * 255 + b"\xfe", 65537, MALFORMED),
        (b"\0" + b"\xff" * 256, 1, MALFORMED),
        (b"\0" + b"\xff" * 256, 65536, MALFORMED),
        (b"\0" + b"\xff" * 32, 65537, MALFORMED),
        (b"\0\0" + b"\xff" * 256, 65537, MALFORMED),
        (b"\0" + b"\xff" * 2048, (1 << 63) + 1, INVALID),
        (b"", 65537, MALFORMED),
        (b"\0", 65537, MALFORMED),
    ],
)
def test_rsa_keys_are_bounded(modulus: bytes, exponent: int, expected: CryptoResult) -> None:
    assert verify(encode_algorithm(SHA256_RSA, DER_NULL), rsa_spki(modulus, exponent), MESSAGE, b"\1" * 256) is expected


def test_dsa_parameters_are_inherited_only_when_the_key_has_none() -> None:
    signature = DSA_KEY.sign(MESSAGE, hashes.SHA1())
    full = spki(DSA_KEY)
    (_, algorithm), (_, bits) = sequence(full)
    (_, _oid), (_, numbers) = elements(algorithm)
    parameters = encode(SEQUENCE, numbers)
    bare = encode(SEQUENCE, encode_algorithm("1.2.840.10040.4.1") + encode(BIT_STRING, bits))
    sha1 = encode_algorithm(SHA1_DSA)
    assert verify(sha1, full, MESSAGE, signature) is VALID
    assert verify(sha1, bare, MESSAGE, signature) is MALFORMED
    assert verify(sha1, bare, MESSAGE, signature, dsa_parameters=parameters) is VALID
    other = sequence(spki(dsa.generate_private_key(1024)))[0][1]
    foreign = encode(SEQUENCE, elements(other)[1][1])
    assert verify(sha1, bare, MESSAGE, signature, dsa_parameters=foreign) in (INVALID, MALFORMED)
    assert verify(sha1, full, MESSAGE, signature, dsa_parameters=foreign) is VALID
    assert verify(sha1, bare, MESSAGE, signature, dsa_parameters=b"junk") is MALFORMED
    uses = (AlgorithmUse("SHA-1", 160, "digest"), AlgorithmUse("DSA", 1024, "signature"))
    assert describe_signature(sha1, bare, dsa_parameters=parameters) == uses
    assert describe_signature(sha1, full) == uses
    assert describe_signature(sha1, bare) == uses
    empty = encode(SEQUENCE, encode_algorithm("1.2.840.10040.4.1") + encode(BIT_STRING, b"\0"))
    assert describe_key(empty).bits == 0


@pytest.mark.parametrize(
    "curve",
    [
        ec.SECP224R1(), ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1(),
        ec.BrainpoolP256R1(), ec.BrainpoolP384R1(), ec.BrainpoolP512R1(),
    ],
    ids=lambda curve: curve.name,
)  # fmt: skip
def test_every_curve_verifies_with_plain_and_compressed_points(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    signature = key.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    full = spki(key)
    assert verify(encode_algorithm(SHA256_ECDSA), full, MESSAGE, signature) is VALID
    assert key_bits(full) == curve.key_size
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    algorithm = encode(SEQUENCE, sequence(full)[0][1])
    compressed = encode(SEQUENCE, algorithm + encode(BIT_STRING, b"\0" + point))
    assert verify(encode_algorithm(SHA256_ECDSA), compressed, MESSAGE, signature) is VALID
    assert verify(encode_algorithm(SHA256_ECDSA), compressed, MESSAGE + b"x", signature) is INVALID


def test_points_off_the_curve_hybrid_points_and_unnamed_curves_are_refused() -> None:
    algorithm, point = (encode(tag, value) for tag, value in sequence(EC_SPKI))
    octets = elements(point)[0][1]
    cases = {
        b"\0\4" + octets[2:-1] + bytes([octets[-1] ^ 1]): MALFORMED,
        b"\0\6" + octets[2:]: MALFORMED,
        b"\0\0": MALFORMED,
        b"\1" + octets[1:]: MALFORMED,
    }
    for bits, expected in cases.items():
        key = encode(SEQUENCE, algorithm + encode(BIT_STRING, bits))
        assert verify(encode_algorithm(SHA256_ECDSA), key, MESSAGE, EC_SIGNATURE) is expected
    for parameters, expected in (
        (None, MALFORMED),
        (DER_NULL, MALFORMED),
        (encode(SEQUENCE, b""), MALFORMED),
        (encode_object_identifier("1.2.156.10197.1.301"), MALFORMED),
        (encode_object_identifier("1.3.132.0.1"), UNSUPPORTED),
    ):
        key = encode(SEQUENCE, encode_algorithm(EC_PUBLIC_KEY, parameters) + point)
        assert verify(encode_algorithm(SHA256_ECDSA), key, MESSAGE, EC_SIGNATURE) is expected


@pytest.mark.parametrize(
    ("key", "oid", "use"),
    [
        (ed25519.Ed25519PrivateKey.generate(), "1.3.101.112", AlgorithmUse("Ed25519", 256, "signature")),
        (ed448.Ed448PrivateKey.generate(), "1.3.101.113", AlgorithmUse("Ed448", 456, "signature")),
        (mldsa.MLDSA65PrivateKey.generate(), "2.16.840.1.101.3.4.3.18", AlgorithmUse("ML-DSA", 65, "signature")),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_schemes_with_a_built_in_digest(key: ed25519.Ed25519PrivateKey, oid: str, use: AlgorithmUse) -> None:
    signature = key.sign(MESSAGE)
    assert verify(encode_algorithm(oid), spki(key), MESSAGE, signature) is VALID
    assert verify(encode_algorithm(oid, DER_NULL), spki(key), MESSAGE, signature) is MALFORMED
    assert verify(encode_algorithm(oid), RSA_SPKI, MESSAGE, signature) is INVALID
    assert describe_signature(encode_algorithm(oid), spki(key)) == (use,)


@pytest.mark.parametrize(
    ("algorithm", "digest_oid", "key", "signature", "expected"),
    [
        (encode_algorithm(RSA_ENCRYPTION, DER_NULL), SHA256, RSA_SPKI, RSA_SIGNATURE, VALID),
        (encode_algorithm(RSA_ENCRYPTION, DER_NULL), SHA512, RSA_SPKI, RSA_SIGNATURE, INVALID),
        (encode_algorithm(RSA_ENCRYPTION, DER_NULL), "1.2.643.7.1.1.2.2", RSA_SPKI, RSA_SIGNATURE, UNSUPPORTED),
        (encode_algorithm(EC_PUBLIC_KEY), SHA256, EC_SPKI, EC_SIGNATURE, VALID),
        (encode_algorithm(SHA256_ECDSA, DER_NULL), SHA256, EC_SPKI, EC_SIGNATURE, VALID),
        (encode_algorithm(SHA256_RSA, DER_NULL), SHA256, RSA_SPKI, RSA_SIGNATURE, VALID),
        (encode_algorithm(EC_PUBLIC_KEY, encode_integer(1)), SHA256, EC_SPKI, EC_SIGNATURE, MALFORMED),
    ],
)
def test_cms_combinations(
    algorithm: bytes, digest_oid: str, key: bytes, signature: bytes, expected: CryptoResult
) -> None:
    assert verify_cms(algorithm, encode_algorithm(digest_oid), key, MESSAGE, signature) is expected


@pytest.mark.parametrize(
    ("digest_algorithm", "expected"),
    [
        (encode_algorithm("2.16.840.1.101.3.4.2.18", encode_integer(512)), VALID),
        (encode_algorithm("2.16.840.1.101.3.4.2.12"), VALID),
        (encode_algorithm("2.16.840.1.101.3.4.2.18", encode_integer(256)), UNSUPPORTED),
    ],
)
def test_ed448_in_cms_stands_beside_shake256_of_512_bits(digest_algorithm: bytes, expected: CryptoResult) -> None:
    key = ed448.Ed448PrivateKey.generate()
    algorithm = encode_algorithm("1.3.101.113")
    assert verify_cms(algorithm, digest_algorithm, spki(key), MESSAGE, key.sign(MESSAGE)) is expected


@pytest.mark.parametrize(
    ("last", "name", "stand_in"), [(32, "SHAKE128", hashes.SHA256()), (33, "SHAKE256", hashes.SHA512())]
)
def test_ecdsa_with_shake(last: int, name: str, stand_in: hashes.HashAlgorithm) -> None:
    digested = digest({"SHAKE128": "2.16.840.1.101.3.4.2.11", "SHAKE256": "2.16.840.1.101.3.4.2.12"}[name], MESSAGE)
    signature = EC_KEY.sign(digested, ec.ECDSA(Prehashed(stand_in)))
    algorithm = encode_algorithm(f"1.3.6.1.5.5.7.6.{last}")
    assert verify(algorithm, EC_SPKI, MESSAGE, signature) is VALID
    assert verify(algorithm, EC_SPKI, MESSAGE + b"!", signature) is INVALID
    assert verify(encode_algorithm(SHA256_ECDSA), EC_SPKI, MESSAGE, signature) is INVALID
    assert describe_signature(algorithm, EC_SPKI)[0].name == name


def test_pss_without_parameters_is_malformed_and_an_empty_sequence_is_sha_1() -> None:
    signature = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1())
    assert verify(encode_algorithm(RSASSA_PSS), RSA_SPKI, MESSAGE, signature) is MALFORMED
    assert verify(encode_algorithm(RSASSA_PSS, DER_NULL), RSA_SPKI, MESSAGE, signature) is MALFORMED
    empty = encode_algorithm(RSASSA_PSS, encode(SEQUENCE, b""))
    assert verify(empty, RSA_SPKI, MESSAGE, signature) is VALID
    assert describe_signature(empty, RSA_SPKI)[0] == AlgorithmUse("SHA-1", 160, "digest")


@pytest.mark.parametrize("name", ["SHA-224", "SHA-512/256", "SHA3-256", "SHA3-384", "SHA3-512"])
@pytest.mark.parametrize("salt", [0, 1, 20, 90])
def test_pss_takes_any_digest_and_any_salt(name: str, salt: int) -> None:
    kind = {
        "SHA-224": hashes.SHA224(),
        "SHA-512/256": hashes.SHA512_256(),
        "SHA3-256": hashes.SHA3_256(),
        "SHA3-384": hashes.SHA3_384(),
        "SHA3-512": hashes.SHA3_512(),
    }[name]
    signature = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(kind), salt), kind)
    algorithm = encode_algorithm(RSASSA_PSS, encode_pss_parameters(name, name, salt))
    assert verify(algorithm, RSA_SPKI, MESSAGE, signature) is VALID
    other = encode_algorithm(RSASSA_PSS, encode_pss_parameters(name, name, salt + 1))
    assert verify(other, RSA_SPKI, MESSAGE, signature) is INVALID


def test_pss_with_a_digest_that_the_library_cannot_mask_with_is_unsupported() -> None:
    for name in ("SHAKE256", "Streebog-256"):
        algorithm = encode_algorithm(RSASSA_PSS, encode_pss_parameters(name, name, 32))
        assert verify(algorithm, RSA_SPKI, MESSAGE, RSA_SIGNATURE) is UNSUPPORTED


@pytest.mark.parametrize(
    ("last", "kind"),
    [(13, hashes.SHA3_224()), (14, hashes.SHA3_256()), (15, hashes.SHA3_384()), (16, hashes.SHA3_512())],
)
def test_rsa_with_sha_3(last: int, kind: hashes.HashAlgorithm) -> None:
    signature = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), kind)
    algorithm = encode_algorithm(f"2.16.840.1.101.3.4.3.{last}", DER_NULL)
    assert verify(algorithm, RSA_SPKI, MESSAGE, signature) is VALID
    assert verify(algorithm, RSA_SPKI, MESSAGE + b"!", signature) is INVALID


def test_a_pss_key_with_restrictions_that_are_none_is_malformed() -> None:
    public = elements(elements(RSA_SPKI)[0][1])[1][1]
    broken = encode(SEQUENCE, encode_algorithm(RSASSA_PSS, DER_NULL) + encode(BIT_STRING, public))
    signature = RSA_KEY.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    algorithm = encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-256", "SHA-256", 32))
    assert verify(algorithm, broken, MESSAGE, signature) is MALFORMED


def test_ml_dsa_in_cms_needs_a_strong_digest_beside_signed_attributes() -> None:
    key = mldsa.MLDSA65PrivateKey.generate()
    algorithm, signature = encode_algorithm("2.16.840.1.101.3.4.3.18"), key.sign(MESSAGE)
    for oid, expected in ((SHA256, MALFORMED), (SHA512, VALID), ("2.16.840.1.101.3.4.2.12", VALID)):
        assert verify_cms(algorithm, encode_algorithm(oid), spki(key), MESSAGE, signature) is expected
    weak = encode_algorithm(SHA256)
    assert verify_cms(algorithm, weak, spki(key), MESSAGE, signature, signed_attributes=False) is VALID


@settings(max_examples=400)
@given(st.binary(max_size=80), st.binary(max_size=200), st.binary(max_size=20), st.binary(max_size=80))
def test_verify_never_raises(algorithm: bytes, key: bytes, message: bytes, signature: bytes) -> None:
    assert verify(algorithm, key, message, signature) is not VALID
    assert verify_cms(algorithm, algorithm, key, message, signature) is not VALID
    assert describe_signature(algorithm, key)


@settings(max_examples=600)
@given(st.sampled_from([RSA_SPKI, EC_SPKI, spki(DSA_KEY)]), st.integers(0, 500), st.integers(1, 255))
def test_a_damaged_key_never_raises(key: bytes, at: int, flip: int) -> None:
    damaged = bytearray(key)
    damaged[at % len(key)] ^= flip
    for oid in (SHA256_RSA, SHA256_ECDSA, SHA1_DSA):
        assert verify(encode_algorithm(oid), bytes(damaged), MESSAGE, EC_SIGNATURE) in CryptoResult
    assert key_bits(bytes(damaged)) >= 0


@given(st.binary(max_size=300))
def test_elements_read_back_what_was_written(data: bytes) -> None:
    try:
        found = elements(data)
    except MalformedError:
        return
    assert b"".join(encode(tag, value) for tag, value in found) == data


@given(st.integers(0, 1 << 600))
def test_integers_round_trip(value: int) -> None:
    assert integer(elements(encode_integer(value))[0][1]) == value


@given(st.tuples(st.integers(0, 2), st.integers(0, 39)), st.lists(st.integers(0, 1 << 70), min_size=1, max_size=6))
def test_object_identifiers_round_trip(root: tuple[int, int], arcs: list[int]) -> None:
    text = ".".join(str(arc) for arc in (*root, *arcs))
    assert object_identifier(elements(encode_object_identifier(text))[0][1]) == text


def test_digests() -> None:
    for algorithm in digest_algorithms():
        running = new_digest(algorithm.oid)
        running.update(b"a")
        running.update(b"bc")
        assert running.digest() == digest(algorithm.oid, b"abc")
        assert len(running.digest()) * 8 == algorithm.bits
    assert digest(SHA256, b"abc").hex().startswith("ba7816bf")
    with pytest.raises(UnknownAlgorithmError):
        digest("1.2.643.7.1.1.2.4", b"")


def test_no_identifier_belongs_to_two_suites() -> None:
    tables: tuple[Callable[[object], object], ...] = (lambda suite: suite.keys, lambda suite: suite.signatures)  # type: ignore[attr-defined]
    for table in tables:
        oids = [oid for suite in SUITES for oid in table(suite)]  # type: ignore[attr-defined]
        assert len(oids) == len(set(oids))
