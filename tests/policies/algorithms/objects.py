"""Reads what is signed out of other people's objects, with a reader of its own for the few shapes that are needed."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from policies.algorithms import CryptoResult, verify, verify_cms
from policies.algorithms.encoding import elements, encode, only, sequence

SHARED = Path(__file__).parents[4] / "shared"
NATIONAL = SHARED / "specs" / "vectors" / "national"
VECTORS = SHARED / "corpus" / "vectors"
_CONTEXT_0, _SET, _XMLDSIG = 0xA0, 0x31, "{http://www.w3.org/2000/09/xmldsig#}"


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature value: `digest_algorithm` is None outside of CMS."""

    name: str
    algorithm: bytes
    spki: bytes
    message: bytes
    signature: bytes
    digest_algorithm: bytes | None = None
    attributes: bool = True

    def result(self, *, message: bytes | None = None, signature: bytes | None = None) -> CryptoResult:
        message = self.message if message is None else message
        signature = self.signature if signature is None else signature
        if self.digest_algorithm is None:
            return verify(self.algorithm, self.spki, message, signature)
        return verify_cms(
            self.algorithm, self.digest_algorithm, self.spki, message, signature, signed_attributes=self.attributes
        )


def octets(path: Path) -> bytes:
    """The DER in a file, PEM or not."""
    data = path.read_bytes()
    return unarmoured(data.decode("ascii")) if data.startswith(b"-----") else data


def unarmoured(text: str) -> bytes:
    return base64.b64decode("".join(line for line in text.splitlines() if not line.startswith("-")))


def signed(name: str, der: bytes, spki: bytes) -> Signed:
    """A certificate, CRL, request or BasicOCSPResponse: SEQUENCE of what is signed, algorithm, BIT STRING."""
    what, algorithm, value = sequence(der)[:3]
    return Signed(name, encode(*algorithm), spki, encode(*what), value[1][1:])


def key_of(certificate: bytes) -> bytes:
    """The DER SubjectPublicKeyInfo of a certificate with a version."""
    return encode(*elements(sequence(certificate)[0][1])[6])


def basic_response(response: bytes) -> tuple[bytes, list[bytes]]:
    """The BasicOCSPResponse of an OCSPResponse and the certificates in it."""
    basic = sequence(sequence(response)[1][1])[1][1]
    parts = sequence(basic)
    return basic, [encode(*item) for item in sequence(parts[3][1])] if len(parts) > 3 else []


def signed_data(content_info: bytes) -> tuple[bytes | None, list[bytes], list[list[tuple[int, bytes]]]]:
    """Content, certificates and SignerInfos (as their elements) of a CMS SignedData."""
    parts = sequence(sequence(content_info)[1][1])
    inner = elements(parts[2][1])
    content = only(inner[1][1], 0x04) if len(inner) > 1 else None
    certificates = [encode(*item) for tag, value in parts[3:] if tag == _CONTEXT_0 for item in elements(value)]
    return content, certificates, [elements(value) for _, value in elements(parts[-1][1])]


def signer(name: str, info: list[tuple[int, bytes]], spki: bytes, content: bytes | None) -> Signed:
    """The signature of one SignerInfo."""
    attributes = info[3][0] == _CONTEXT_0
    at = 4 if attributes else 3
    message = encode(_SET, info[3][1]) if attributes else content
    assert message is not None
    return Signed(name, encode(*info[at]), spki, message, info[at + 1][1], encode(*info[2]), attributes)


def attribute_values(info: list[tuple[int, bytes]], oid_contents: bytes) -> list[bytes]:
    """The values of the attributes with this OID (contents octets) in either set of a SignerInfo."""
    sets = [elements(value) for tag, value in info if tag in (_CONTEXT_0, 0xA1)]
    found = [elements(value) for attributes in sets for _, value in attributes]
    return [encode(*item) for oid, values in found if oid[1] == oid_contents for item in elements(values[1])]


def xml_signature(path: Path) -> tuple[bytes, bytes, Any]:
    """Canonical SignedInfo, signature octets and the ds:Signature element."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(path.read_bytes(), parser)
    element = next(root.iter(f"{_XMLDSIG}Signature"))
    alone = etree.fromstring(etree.tostring(element, with_tail=False), parser)
    # Canonical XML of a subtree would write an empty default namespace on grandchildren (lxml 6.1): read it alone.
    info = etree.fromstring(etree.tostring(alone.find(f"{_XMLDSIG}SignedInfo"), with_tail=False), parser)
    value = base64.b64decode(alone.findtext(f"{_XMLDSIG}SignatureValue"))
    return etree.tostring(info, method="c14n"), value, alone


def load(name: str) -> Any:
    """A JSON file of the corpus' vectors; an empty mapping where the corpus is absent."""
    path = VECTORS / name
    return json.loads(path.read_text()) if path.exists() else {}


def rfc9215() -> Iterator[Signed]:
    for name in ("tc26-256-A", "test256", "test512"):
        spki = key_of(octets(NATIONAL / "rfc9215" / f"{name}.crt"))
        for kind in ("crt", "crl", "csr"):
            yield signed(f"{name}.{kind}", octets(NATIONAL / "rfc9215" / f"{name}.{kind}"), spki)


def belarus() -> Iterator[Signed]:
    folder = NATIONAL / "by"
    for name, issuer in (
        ("gossuok-kuc.cer", "gossuok-kuc.cer"),
        ("gossuok-ruc.cer", "gossuok-kuc.cer"),
        ("bign512-bash512-root.crt", "bign512-bash512-root.crt"),
    ):
        yield signed(name, octets(folder / name), key_of(octets(folder / issuer)))


def kazakhstan() -> Iterator[Signed]:
    folder = NATIONAL / "kz"
    keys = {year: key_of(octets(folder / f"test-ca-gost{year}.crt")) for year in ("2004", "2015")}
    for year in keys:
        yield signed(f"test-ca-gost{year}.crl", octets(folder / f"test-ca-gost{year}.crl"), keys[year])
    yield signed("test-subject-gost2004.crt", octets(folder / "test-subject-gost2004.crt"), keys["2004"])
    for path in sorted(folder.glob("ocsp-*.der")):
        basic, certificates = basic_response(octets(path))
        assert certificates
        yield signed(path.name, basic, key_of(certificates[0]))
        yield signed(f"responder of {path.name}", certificates[0], keys["2004" if "2004" in path.name else "2015"])
    response = octets(folder / "tsp-gost2004.tsr")
    yield from kazakh_cms("tsp-gost2004-token.der", octets(folder / "tsp-gost2004-token.der"))
    yield from kazakh_cms("tsp-gost2004.tsr", encode(*sequence(response)[1]))
    yield from kazakh_cms("cms-gost2015-with-tst-gost2004.p7m", octets(folder / "cms-gost2015-with-tst-gost2004.p7m"))
    info, value, element = xml_signature(folder / "xmldsig-gost2015.xml")
    certificate = base64.b64decode(next(element.iter(f"{_XMLDSIG}X509Certificate")).text)
    algorithm = bytes.fromhex("300e060a2a830e030a01010203020500")
    yield Signed("xmldsig-gost2015.xml", algorithm, key_of(certificate), info, value)
    yield signed("signer of xmldsig-gost2015.xml", certificate, keys["2015"])


TIME_STAMP_TOKEN = bytes.fromhex("2a864886f70d010910020e")


def kazakh_cms(name: str, der: bytes) -> Iterator[Signed]:
    """Its signature, and those of the time-stamp tokens in it."""
    content, certificates, infos = signed_data(der)
    assert len(infos) == 1
    assert certificates
    yield signer(name, infos[0], key_of(certificates[0]), content)
    for token in attribute_values(infos[0], TIME_STAMP_TOKEN):
        yield from kazakh_cms(f"time-stamp in {name}", token)


def tc26() -> Iterator[Signed]:
    table = load("gost.json")
    certificates = [base64.b64decode(row["der"]) for row in table["tc26_certificates"]]
    for row, certificate in zip(table["tc26_certificates"], certificates, strict=True):
        yield signed(f"TC 26 certificate {row['bits']}", certificate, key_of(certificate))
    for row, certificate in zip(table["tc26_cms_signed"], certificates, strict=True):
        content, _, infos = signed_data(base64.b64decode(row["der"]))
        yield signer(f"TC 26 CMS {row['bits']}", infos[0], key_of(certificate), content)
    for row in table["rfc9215_sets"]:
        key = key_of(base64.b64decode(row["certificate"]))
        for kind in ("csr", "certificate", "crl"):
            yield signed(f"{row['name']} {kind}", base64.b64decode(row[kind]), key)
    for number, text in enumerate(table["rfc9215_certificates_as_published"]):
        certificate = base64.b64decode(text)
        yield signed(f"RFC 9215 as published {number}", certificate, key_of(certificate))
    root, issued = (unarmoured(row["pem"]) for row in table["real_ca_chain"])
    yield signed("real root", root, key_of(root))
    yield signed("real issuing CA", issued, key_of(root))


def everything() -> list[Signed]:
    """Every signed object of the national vectors, as far as they are at hand."""
    found = [*rfc9215(), *belarus(), *kazakhstan()] if NATIONAL.exists() else []
    return found + (list(tc26()) if VECTORS.exists() else [])
