"""SLH-DSA: published key pairs and signatures, both forms, every set, and what must be refused."""

import subprocess
import sys
from itertools import count

import pytest

from policies.algorithms import AlgorithmUse, CryptoResult, describe_signature, missing_part, verify, verify_cms
from policies.algorithms import slhdsa as suite
from policies.algorithms.encoding import BIT_STRING, OCTET_STRING, SEQUENCE, encode, encode_integer
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making import FaultySignatureError, UnreadableKeyError, maker, makers

slhdsa = pytest.importorskip("slhdsa", reason="the optional part post-quantum is not installed")

MESSAGE = b"the octets that are signed"
SHA256, SHA512, SHAKE256 = "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.3", "2.16.840.1.101.3.4.2.12"
FAST = [name for name in suite.SETS if name.endswith("f")]


def octets(count_of: int, seeds: object = count()) -> bytes:
    return bytes((next(seeds) * 7 + at) % 256 for at in range(count_of))  # type: ignore[call-overload]


def private_key(oid: str, parts: bytes) -> bytes:
    return encode(SEQUENCE, encode_integer(0) + encode_algorithm(oid) + encode(OCTET_STRING, parts))


def public_key(oid: str, key: bytes) -> bytes:
    return encode(SEQUENCE, encode_algorithm(oid) + encode(BIT_STRING, b"\x00" + key))


# NIST ACVP, SLH-DSA-keyGen-FIPS205: seeds, root.
@pytest.mark.parametrize(
    ("name", "seeds", "root"),
    [
        (
            "sha2-128s",
            "173d04c938c1c36bf289c3c022d04b1463ae23c41aa546da589774ac20b745c40d794777914c99766827f0f09ca972be",
            "0162c10219d422adba1359e6aa65299c",
        ),
        (
            "shake-128f",
            "3956ab391b4d22fc907af0740326d061ab0eb206436f2b86ebe086d77739b3e456505c229f4e7fa6b201714c7dcc9da3",
            "66578f1f24c3fe371c97c14ce0e79cdc",
        ),
        (
            "sha2-192f",
            "a021b4b9d6dee168722bc10225e50a946642af630c3c7c7d69e3a40ba09df2ac165b792a07f064ac5fc28d8c99a580f4"
            "ee4823d09e79854706daa80ae3179b5bc8c2e9409d6328a3",
            "3577fd584bc0784c559cdb2437a46f7f753c336369419acf",
        ),
        (
            "sha2-256f",
            "18523702a0fe2c9e488948b127185bab93d3f02c3d7c23a1b379f762de0509e56ab0d9f93540bd809d1d2e8a050440aa"
            "81e853750470e2b00c959dbd3be40e2bd7125f5d00ba47f1fc8d4c32c2f57c444bd384d7ce770bc50dd5980c1d1264d0",
            "0ad5197ffcbaafe11b1e413f26adb1504ce1c3f5c40c1dcda14e99fd126d5b81",
        ),
    ],
)
def test_published_seeds_give_the_published_root(name: str, seeds: str, root: str) -> None:
    made, given = maker(f"slh-dsa-{name}"), bytes.fromhex(seeds)
    size = len(given) // 3
    parts = iter([given[at * size : (at + 1) * size] for at in range(3)])
    key = made.generate(lambda _: next(parts))
    assert key == private_key(made.key_algorithm, given + bytes.fromhex(root))
    assert made.public_key_info(key) == public_key(made.key_algorithm, given[2 * size :] + bytes.fromhex(root))


def test_a_published_signature_begins_as_published() -> None:
    # NIST ACVP, SLH-DSA-sigGen-FIPS205 tcId 115: the internal interface, deterministic, SLH-DSA-SHA2-128f.
    from slhdsa.lowlevel.slhdsa import sign

    key = bytes.fromhex(
        "53725a3c2b994d52ddba83ec584de28bb56fd81661f82b2ae2100517bf14b215"
        "20ff7c085298b7313788a15a6eedac2fe846bd0c772aa74975b45ffc49b4f678"
    )
    value = sign(b"\x6d", tuple(key[at : at + 16] for at in range(0, 64, 16)), slhdsa.sha2_128f, False)
    assert len(value) == 17_088
    assert value[:64].hex() == (
        "42a4aa49a6c6a324b1e6e08f3c77c605899c4a45509ebae96f459f2dd1d3cacd"
        "7627ca3f3fa805c174e867514de85f33eb70e85564bcc073aedb042154d24cc4"
    )


@pytest.mark.parametrize("name", [name.replace("_", "-") for name in FAST])
def test_what_is_made_verifies_and_nothing_else(name: str) -> None:
    made = maker(f"slh-dsa-{name}")
    key = made.generate(octets)
    spki, value = made.public_key_info(key), made.sign(key, MESSAGE, octets)
    algorithm = made.signature_algorithm_der
    assert verify(algorithm, spki, MESSAGE, value) is CryptoResult.VALID
    assert verify(algorithm, spki, MESSAGE + b"!", value) is CryptoResult.INVALID
    for at in (0, 20, len(value) // 2, len(value) - 1):
        assert verify(algorithm, spki, MESSAGE, value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]) is (
            CryptoResult.INVALID
        )
    assert verify(algorithm, spki, MESSAGE, value[:-1]) is CryptoResult.INVALID
    assert verify(algorithm, spki, MESSAGE, value + b"\0") is CryptoResult.INVALID
    assert verify(algorithm, spki, MESSAGE, b"") is CryptoResult.INVALID
    assert describe_signature(algorithm, spki) == (AlgorithmUse("SLH-DSA", int(name.split("-")[1][:3]), "signature"),)


@pytest.mark.parametrize("name", ["sha2-128s", "shake-128s"])
def test_the_small_sets_verify_too(name: str) -> None:
    spki, value, algorithm = signed(name)
    assert len(value) == 7_856
    assert verify(algorithm, spki, MESSAGE, value) is CryptoResult.VALID
    assert verify(algorithm, spki, MESSAGE[1:], value) is CryptoResult.INVALID


def test_every_set_has_a_maker_and_keys_of_its_own() -> None:
    names = [name for name in makers() if name.startswith("slh-dsa")]
    assert len(names) == 12
    assert len({makers()[name].key_algorithm for name in names}) == 12


def signed(name: str = "sha2-128f") -> tuple[bytes, bytes, bytes]:
    made = maker(f"slh-dsa-{name}")
    key = made.generate(octets)
    return made.public_key_info(key), made.sign(key, MESSAGE, octets), made.signature_algorithm_der


def test_keys_and_parameters_are_held_to_the_letter() -> None:
    spki, value, algorithm = signed()
    oid = maker("slh-dsa-sha2-128f").key_algorithm
    assert verify(encode_algorithm(oid, DER_NULL), spki, MESSAGE, value) is CryptoResult.MALFORMED
    with_null = encode(SEQUENCE, encode_algorithm(oid, DER_NULL) + encode(BIT_STRING, b"\0" + spki[-32:]))
    assert verify(algorithm, with_null, MESSAGE, value) is CryptoResult.MALFORMED
    for key in (spki[-31:], spki[-32:] + b"\0", b""):
        assert verify(algorithm, public_key(oid, key), MESSAGE, value) is CryptoResult.MALFORMED


def test_another_set_or_form_with_the_same_key_octets_is_not_this_signature() -> None:
    spki, value, _ = signed()
    for oid in ("2.16.840.1.101.3.4.3.20", "2.16.840.1.101.3.4.3.27", "2.16.840.1.101.3.4.3.36"):
        assert verify(encode_algorithm(oid), spki, MESSAGE, value) is CryptoResult.INVALID
        other = public_key(oid, spki[-32:])
        assert verify(encode_algorithm(oid), other, MESSAGE, value) is CryptoResult.INVALID


@pytest.mark.parametrize(("at", "name"), [(1, "sha2_128f"), (7, "shake_128f")])
def test_the_pre_hashed_form_verifies_under_its_own_identifier(at: int, name: str) -> None:
    pair = slhdsa.KeyPair.gen(getattr(slhdsa, name))
    oid = f"2.16.840.1.101.3.4.3.{suite.PREHASHED + at}"
    spki, value = public_key(oid, pair.pub.digest()), pair.sign_hash(MESSAGE)
    assert verify(encode_algorithm(oid), spki, MESSAGE, value) is CryptoResult.VALID
    assert verify(encode_algorithm(oid), spki, MESSAGE, pair.sign_pure(MESSAGE)) is CryptoResult.INVALID
    # RFC 9814 3: CMS carries the pure form only.
    cms = verify_cms(encode_algorithm(oid), encode_algorithm(SHA256), spki, MESSAGE, value)
    assert cms is CryptoResult.MALFORMED


def test_in_cms_the_digest_is_as_strong_as_the_set() -> None:
    spki, value, algorithm = signed("sha2-192f")
    for oid, expected in (
        (SHA256, CryptoResult.MALFORMED),
        (SHA512, CryptoResult.VALID),
        (SHAKE256, CryptoResult.VALID),
    ):
        assert verify_cms(algorithm, encode_algorithm(oid), spki, MESSAGE, value) is expected


def test_a_private_key_of_another_kind_is_refused() -> None:
    made = maker("slh-dsa-sha2-128f")
    oid = made.key_algorithm
    for key in (b"", b"\x30\x00", private_key(oid, bytes(63)), private_key("1.3.101.112", bytes(64))):
        with pytest.raises(UnreadableKeyError):
            made.sign(key, MESSAGE, octets)


def test_a_key_whose_halves_do_not_belong_together_gives_nothing_out() -> None:
    made = maker("slh-dsa-sha2-128f")
    key = made.generate(octets)
    with pytest.raises(FaultySignatureError):
        made.sign(key[:-1] + bytes([key[-1] ^ 1]), MESSAGE, octets)


def test_without_the_optional_part_it_is_unsupported_and_the_part_is_named() -> None:
    # A process of its own, in which the package cannot be found.
    code = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "slhdsa":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "slhdsa" else find(name, package)
from policies.algorithms import CryptoResult, missing_part, verify
from policies.algorithms.encoding import BIT_STRING, SEQUENCE, encode
from policies.algorithms.identifiers import encode_algorithm
from policies.algorithms.making import makers
algorithm = encode_algorithm("2.16.840.1.101.3.4.3.21")
spki = encode(SEQUENCE, algorithm + encode(BIT_STRING, bytes(33)))
assert verify(algorithm, spki, b"", bytes(17088)) is CryptoResult.UNSUPPORTED
assert missing_part("2.16.840.1.101.3.4.3.21") == "post-quantum"
assert not any(name.startswith("slh-dsa") for name in makers())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert missing_part("2.16.840.1.101.3.4.3.21") is None
    assert missing_part("1.2.3") is None
