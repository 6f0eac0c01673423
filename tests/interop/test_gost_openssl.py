"""OpenSSL with the GOST engine: it accepts what we make with Russian keys, and we verify what it makes."""

from typing import Final

import pytest

from ca import reader
from ops.platform.keys import KeyAlgorithm
from policies.algorithms import CryptoResult, verify
from signer.model import AdesLevel, SignatureFormat
from signer.schemes import digest_of
from tests.ca.world import World
from tests.interop.house import House, name_in
from tests.interop.peers import OpenSsl
from validator.gather import AnchorInput, Source
from validator.service import ValidationRequest, validate

KINDS: Final = [kind for kind in KeyAlgorithm if kind.value.startswith("gost-2012-")]
CONTENT: Final = b"what two states agree upon\n" * 40
# Key algorithm and parameter set as the engine names them.
THEIRS: Final = [
    ("gost2012_256", "A"), ("gost2012_256", "B"), ("gost2012_256", "C"), ("gost2012_256", "XA"),
    ("gost2012_256", "TCA"), ("gost2012_256", "TCB"), ("gost2012_256", "TCC"), ("gost2012_256", "TCD"),
    ("gost2012_512", "A"), ("gost2012_512", "B"), ("gost2012_512", "C"), ("gost2001", "A"),
]  # fmt: skip


@pytest.fixture(scope="module")
def houses(shared_world: World) -> dict[KeyAlgorithm, House]:
    """A house of every Russian kind."""
    return {kind: House(shared_world, kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_it_accepts_our_path_with_lists(
    houses: dict[KeyAlgorithm, House], gost_openssl: OpenSsl, kind: KeyAlgorithm
) -> None:
    house = houses[kind]
    root, pool = gost_openssl.pem("root", "x509", house.root), gost_openssl.pem("pool", "x509", house.ca)
    lists = gost_openssl.pem("lists", "crl", *house.crls())
    for certificate in (house.leaf, house.tsa, house.responder):
        leaf = gost_openssl.pem("leaf", "x509", certificate)
        gost_openssl.must(
            "verify", "-x509_strict", "-crl_check_all", "-CAfile", root, "-untrusted", pool, "-CRLfile", lists, leaf
        )
    forged = gost_openssl.pem("forged", "x509", _flipped(house.leaf))
    assert gost_openssl.run("verify", "-CAfile", root, "-untrusted", pool, forged).status != 0


@pytest.mark.parametrize("kind", KINDS)
def test_it_accepts_our_status_answers(
    houses: dict[KeyAlgorithm, House], gost_openssl: OpenSsl, kind: KeyAlgorithm
) -> None:
    house = houses[kind]
    issuer, leaf = gost_openssl.pem("issuer", "x509", house.ca), gost_openssl.pem("leaf", "x509", house.leaf)
    anchors = gost_openssl.pem("anchors", "x509", house.root, house.ca)
    answer = gost_openssl.write("answer", house.ocsp(house.leaf))
    told = gost_openssl.must("ocsp", "-respin", answer, "-issuer", issuer, "-cert", leaf, "-CAfile", anchors)
    assert "Response verify OK" in told
    assert "leaf: good" in told


@pytest.mark.parametrize("level", [AdesLevel.B, AdesLevel.LTA])
@pytest.mark.parametrize("kind", KINDS)
def test_it_accepts_our_signatures(
    houses: dict[KeyAlgorithm, House], gost_openssl: OpenSsl, kind: KeyAlgorithm, level: AdesLevel
) -> None:
    house = houses[kind]
    root = gost_openssl.pem("root", "x509", house.root)
    signed = gost_openssl.write("signed", house.sign(CONTENT, SignatureFormat.CADES, level))
    content, changed = gost_openssl.write("content", CONTENT), gost_openssl.write("changed", CONTENT + b".")
    command = ["cms", "-verify", "-inform", "DER", "-in", signed, "-binary", "-CAfile", root, "-purpose", "any"]
    assert "successful" in gost_openssl.must(*command, "-content", content, "-out", "out")
    assert "verification failure" in gost_openssl.run(*command, "-content", changed, "-out", "out").text


@pytest.mark.parametrize("kind", KINDS)
def test_it_accepts_our_timestamps(
    houses: dict[KeyAlgorithm, House], gost_openssl: OpenSsl, kind: KeyAlgorithm
) -> None:
    house = houses[kind]
    root, pool = gost_openssl.pem("root", "x509", house.root), gost_openssl.pem("pool", "x509", house.ca)
    digest = kind.natural_digest
    token = gost_openssl.write("token", house.unit.stamp(digest_of(digest, CONTENT), digest))
    content = gost_openssl.write("content", CONTENT)
    command = ["ts", "-verify", "-in", token, "-token_in", "-CAfile", root, "-untrusted", pool]
    assert "Verification: OK" in gost_openssl.must(*command, "-data", content)


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


class Theirs:
    """A hierarchy that the engine made, in the folder of the command."""

    def __init__(self, openssl: OpenSsl, algorithm: str, parameters: str) -> None:
        self.openssl = openssl
        self._key = ("-newkey", algorithm, "-pkeyopt", f"paramset:{parameters}", "-nodes")
        openssl.must(
            "req", "-x509", *self._key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/C=RU/O=Peer/CN=Peer CA", "-extensions", "authority", "-config", "openssl.cnf",
        )  # fmt: skip
        self.ca = openssl.der("x509", "ca.pem")
        self.leaf = self.certify("leaf", "person", 2)
        self.responder = self.certify("responder", "responder", 3)
        self.unit = self.certify("unit", "unit", 4)

    def request(self, name: str) -> bytes:
        """A certification request with a new key."""
        self.openssl.must(
            "req", "-new", *self._key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/C=RU/CN={name}",
            "-config", "openssl.cnf",
        )  # fmt: skip
        return self.openssl.der("req", f"{name}.csr")

    def certify(self, name: str, section: str, serial: int) -> bytes:
        """A certificate by the authority."""
        self.request(name)
        self.openssl.must(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", str(serial),
            "-days", "20", "-extfile", "openssl.cnf", "-extensions", section, "-out", f"{name}.pem",
        )  # fmt: skip
        return self.openssl.der("x509", f"{name}.pem")

    def crl(self) -> bytes:
        """An empty list."""
        self._books()
        self.openssl.must(
            "ca", "-config", "openssl.cnf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem", "-out", "crl.pem"
        )
        return self.openssl.der("crl", "crl.pem")

    def ocsp(self) -> bytes:
        """A response of the delegated responder: the leaf is good."""
        self._books("V\t301121235521Z\t\t02\tunknown\t/C=RU/CN=leaf\n")
        self.openssl.must(
            "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-issuer", "ca.pem", "-serial", "2", "-rsigner",
            "responder.pem", "-rkey", "responder.key", "-respout", "ocsp.der", "-ndays", "7", "-noverify",
        )  # fmt: skip
        return (self.openssl.folder / "ocsp.der").read_bytes()

    def cms(self, *options: str) -> bytes:
        """A CMS signature of the leaf over ``content``."""
        self.openssl.must(
            "cms", "-sign", "-binary", "-in", "content", "-signer", "leaf.pem", "-inkey", "leaf.key", "-outform", "DER",
            "-out", "signed.p7", *options,
        )  # fmt: skip
        return (self.openssl.folder / "signed.p7").read_bytes()

    def token(self, digest: str) -> bytes:
        """A time-stamp response over ``content``."""
        (self.openssl.folder / "serial").write_text("01\n")
        self.openssl.must("ts", "-query", "-data", "content", f"-{digest}", "-cert", "-out", "query")
        self.openssl.must(
            "ts", "-reply", "-queryfile", "query", "-config", "openssl.cnf", "-signer", "unit.pem", "-inkey",
            "unit.key", f"-{digest}", "-out", "token.tsr",
        )  # fmt: skip
        return (self.openssl.folder / "token.tsr").read_bytes()

    def _books(self, index: str = "") -> None:
        (self.openssl.folder / "index.txt").write_text(index)
        (self.openssl.folder / "crlnumber").write_text("01\n")


def _judge(theirs: Theirs, signed: bytes, *, detached: bool, policy: str = "default") -> str:
    found = validate(
        ValidationRequest(
            document=Source("signed", signed),
            detached=(Source("content", CONTENT),) if detached else (),
            anchors=(AnchorInput(source=Source("ca", theirs.ca)),),
            certificates=(Source("leaf", theirs.leaf),),
            crls=(Source("crl", theirs.crl()),),
            ocsps=(Source("ocsp", theirs.ocsp()),),
            policy=policy,
        )
    ).verdict
    (signature,) = found.signatures
    return f"{signature.indication}/{signature.sub_indication}" if signature.sub_indication else signature.indication


@pytest.mark.parametrize(("algorithm", "parameters"), THEIRS)
def test_we_verify_what_it_makes(gost_openssl: OpenSsl, algorithm: str, parameters: str) -> None:
    gost_openssl.write("content", CONTENT)
    theirs = Theirs(gost_openssl, algorithm, parameters)
    verdicts = {
        name: _judge(theirs, theirs.cms(*options), detached=detached)
        for name, options, detached in (
            ("attached", ("-nodetach",), False),
            ("detached", (), True),
            ("no attributes", ("-noattr",), True),
        )
    }
    changed = _judge(theirs, _flipped(theirs.cms()), detached=True)
    # The year in which signatures with the key of 2001 ended is over: verified, and forbidden by date.
    expected = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE" if algorithm == "gost2001" else "TOTAL-PASSED"
    assert verdicts == dict.fromkeys(verdicts, expected)
    assert changed == "TOTAL-FAILED/SIG_CRYPTO_FAILURE"


@pytest.mark.parametrize("algorithm", ["gost2012_256", "gost2012_512"])
def test_we_verify_its_timestamps(gost_openssl: OpenSsl, algorithm: str) -> None:
    gost_openssl.write("content", CONTENT)
    theirs = Theirs(gost_openssl, algorithm, "A")
    request = ValidationRequest(
        document=Source("token", theirs.token("sha256")),
        detached=(Source("content", CONTENT),),
        anchors=(AnchorInput(source=Source("ca", theirs.ca)),),
        crls=(Source("crl", theirs.crl()),),
    )
    (stamp,) = validate(request).verdict.timestamps
    assert (str(stamp.indication), stamp.imprint_intact) == ("PASSED", True)


@pytest.mark.parametrize(("algorithm", "parameters"), [item for item in THEIRS if item[0] != "gost2001"])
def test_our_authority_certifies_its_keys(
    shared_world: World, houses: dict[KeyAlgorithm, House], gost_openssl: OpenSsl, algorithm: str, parameters: str
) -> None:
    from ca.values import CertificateRequest, Pkcs10

    theirs = Theirs(gost_openssl, algorithm, parameters)
    house = houses[KeyAlgorithm.GOST_2012_512_A]
    asked = CertificateRequest(
        house.named("ca"), "legal-person", name_in("RU", f"Peer {algorithm} {parameters}"),
        Pkcs10(theirs.request("asked")),
    )  # fmt: skip
    issued = shared_world.ca.issue_now(asked)
    root, pool = gost_openssl.pem("root", "x509", house.root), gost_openssl.pem("pool", "x509", house.ca)
    gost_openssl.must("verify", "-CAfile", root, "-untrusted", pool, gost_openssl.pem("issued", "x509", issued.der))


def test_numbers_of_a_signature_do_not_verify_in_another_order(gost_openssl: OpenSsl) -> None:
    theirs = Theirs(gost_openssl, "gost2012_256", "TCA")
    tbs, algorithm, bits = reader.children(reader.one(theirs.ca, 0x30))
    spki = reader.children(tbs)[6].whole
    signature = bits.contents[1:]
    assert verify(algorithm.whole, spki, tbs.whole, signature) is CryptoResult.VALID
    for swapped in (signature[32:] + signature[:32], signature[::-1]):
        assert verify(algorithm.whole, spki, tbs.whole, swapped) is CryptoResult.INVALID
