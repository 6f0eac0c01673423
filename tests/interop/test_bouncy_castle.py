"""Bouncy Castle: it accepts what we make with Russian and Chinese keys, and we verify what it makes.

1.72 of Debian reads a Russian key only when digestParamSet is there, which RFC 9215 4.2 asks to leave out with tc26
parameter sets: on our tc26 keys it fails with an array index, before any cryptography. For those it is given the same
key written with the parameter, and the raw signature.
"""

from pathlib import Path
from typing import Final

import pytest

from ca.csr import proven_key
from ca.errors import ProofOfPossessionError, UnreadableRequestError
from ops.platform.keys import DIGEST_OIDS, KeyAlgorithm
from policies.algorithms.making import maker
from signer.certificate import facts
from signer.model import AdesLevel, SignatureFormat
from signer.schemes import digest_of
from tests.ca.world import World
from tests.interop.house import House
from tests.interop.peers import BouncyCastle, with_digest_parameters
from validator.cms.signed_data import parse
from validator.gather import AnchorInput, Source
from validator.judge import Verdict
from validator.service import ValidationRequest, validate

CONTENT: Final = b"what two states agree upon\n" * 40
# Kinds whose keys carry all that Bouncy Castle 1.72 wants to see.
READABLE: Final = [kind for kind in KeyAlgorithm if "cryptopro" in kind.value or kind is KeyAlgorithm.SM2]
TC26: Final = {
    KeyAlgorithm.GOST_2012_256_A: "1.2.643.7.1.2.1.1.1",
    KeyAlgorithm.GOST_2012_512_A: "1.2.643.7.1.2.1.2.1",
    KeyAlgorithm.GOST_2012_512_B: "1.2.643.7.1.2.1.2.2",
    KeyAlgorithm.GOST_2012_512_C: "1.2.643.7.1.2.1.2.3",
}
GOST_256, GOST_512 = "GOST3411-2012-256WITHECGOST3410-2012-256", "GOST3411-2012-512WITHECGOST3410-2012-512"
STREEBOG_256, STREEBOG_512, SM3 = DIGEST_OIDS["streebog256"], DIGEST_OIDS["streebog512"], DIGEST_OIDS["sm3"]
# Key algorithm, curve and signature as Bouncy Castle names them.
THEIRS: Final = [
    ("ECGOST3410-2012", "Tc26-Gost-3410-12-256-paramSetA", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "GostR3410-2001-CryptoPro-A", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "GostR3410-2001-CryptoPro-B", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "GostR3410-2001-CryptoPro-C", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "GostR3410-2001-CryptoPro-XchA", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "GostR3410-2001-CryptoPro-XchB", GOST_256, STREEBOG_256),
    ("ECGOST3410-2012", "Tc26-Gost-3410-12-512-paramSetA", GOST_512, STREEBOG_512),
    ("ECGOST3410-2012", "Tc26-Gost-3410-12-512-paramSetB", GOST_512, STREEBOG_512),
    ("ECGOST3410-2012", "Tc26-Gost-3410-12-512-paramSetC", GOST_512, STREEBOG_512),
    ("ECGOST3410", "GostR3410-2001-CryptoPro-A", "GOST3411WITHECGOST3410", "1.2.643.2.2.9"),
    ("EC", "sm2p256v1", "SM3withSM2", SM3),
]
MADE: Final = ("leaf.der", "tsa.der", "responder.der", "ca.crl", "leaf.ocsp", "b.p7", "lta.p7", "token.p7")


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


def _write_house(house: House, folder: Path) -> None:
    digest = house.kind.natural_digest
    files = {
        "content.bin": CONTENT,
        "ca.der": house.ca,
        "leaf.der": house.leaf,
        "tsa.der": house.tsa,
        "responder.der": house.responder,
        "ca.crl": house.crls()[1],
        "leaf.ocsp": house.ocsp(house.leaf),
        "b.p7": house.sign(CONTENT, SignatureFormat.CADES, AdesLevel.B),
        "lta.p7": house.sign(CONTENT, SignatureFormat.CADES),
        "token.p7": house.unit.stamp(digest_of(digest, CONTENT), digest),
    }
    for name, octets in files.items():
        (folder / name).write_bytes(octets)


@pytest.mark.parametrize("kind", READABLE)
def test_it_accepts_what_we_make(
    shared_world: World, bouncy_castle: BouncyCastle, tmp_path: Path, kind: KeyAlgorithm
) -> None:
    house = House(shared_world, kind)
    _write_house(house, tmp_path)
    assert bouncy_castle.opinions(tmp_path, *MADE) == dict.fromkeys(MADE, "ok")
    (tmp_path / "ca.crl").write_bytes(_flipped((tmp_path / "ca.crl").read_bytes()))
    (tmp_path / "content.bin").write_bytes(CONTENT + b".")
    opinions = bouncy_castle.opinions(tmp_path, "ca.crl", "b.p7", "lta.p7", "token.p7")
    assert all(word.startswith("fault") for word in opinions.values())


@pytest.mark.parametrize("kind", TC26)
def test_it_fails_on_keys_as_rfc_9215_writes_them_and_accepts_the_same_signature_otherwise(
    shared_world: World, bouncy_castle: BouncyCastle, tmp_path: Path, kind: KeyAlgorithm
) -> None:
    house, made = House(shared_world, kind), maker(kind.value)
    _write_house(house, tmp_path)
    fault = set(bouncy_castle.opinions(tmp_path, *MADE).values())
    assert all("Index 1 out of bounds for length 1" in word for word in fault), fault
    spki = with_digest_parameters(facts(house.leaf).spki, made.key_algorithm, TC26[kind], made.digest_oid)
    value = shared_world.keys.sign(f"credential/{house.named('seal')}", CONTENT)
    for name, octets in {
        "key.spki": spki,
        "algorithm.bin": made.signature_algorithm_der,
        "good.signature": value,
        "bad.signature": _flipped(value),
    }.items():
        (tmp_path / name).write_bytes(octets)
    assert bouncy_castle.opinions(tmp_path, "good.signature", "bad.signature") == {
        "good.signature": "ok",
        "bad.signature": "fault: does not verify",
    }


def _judge(folder: Path, name: str, signed: bytes) -> Verdict:
    def source(file: str) -> Source:
        return Source(file, (folder / file).read_bytes())

    return validate(
        ValidationRequest(
            document=Source(name, signed),
            detached=() if name.startswith("attached") else (source("content.bin"),),
            anchors=(AnchorInput(source=source("ca.der")),),
            certificates=(source("leaf.der"), source("tsa.der")),
            crls=(source("ca.crl"),),
            ocsps=(source("leaf.ocsp"),),
        )
    ).verdict


@pytest.mark.parametrize(("algorithm", "curve", "signature", "digest"), THEIRS)
def test_we_verify_what_it_makes(
    bouncy_castle: BouncyCastle, tmp_path: Path, algorithm: str, curve: str, signature: str, digest: str
) -> None:
    (tmp_path / "content.bin").write_bytes(CONTENT)
    bouncy_castle.make(tmp_path, algorithm, curve, signature, digest)
    old = algorithm == "ECGOST3410"
    request = (tmp_path / "request.csr").read_bytes()
    if not old:
        assert proven_key(request).spki == facts((tmp_path / "leaf.der").read_bytes()).spki
    with pytest.raises((ProofOfPossessionError, UnreadableRequestError)):
        proven_key(_flipped(request))
    for name in ("attached.p7", "detached.p7", "plain.p7", "token.p7"):
        octets = (tmp_path / name).read_bytes()
        verdict = _judge(tmp_path, name, octets)
        (found,) = verdict.timestamps if name == "token.p7" else verdict.signatures
        # The year in which signatures with the key of 2001 ended is over: verified, and forbidden by date.
        words = (("INDETERMINATE", "INDETERMINATE") if old else ("TOTAL-PASSED", "PASSED"))[name == "token.p7"]
        assert (found.intact, found.digests_intact, str(found.indication)) == (True, True, words), found.reasons
        value = parse(octets).signers[0].signature
        changed = _judge(tmp_path, name, octets.replace(value, _flipped(value)))
        (other,) = changed.timestamps if name == "token.p7" else changed.signatures
        assert (other.intact, str(other.indication)) in ((False, "TOTAL-FAILED"), (False, "FAILED"))
