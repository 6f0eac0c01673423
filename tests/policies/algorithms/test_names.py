"""Every identifier leads to one algorithm and back, and to the form in which its values verify."""

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from policies.algorithms import CryptoResult, describe_signature, digest_algorithms, verify
from policies.algorithms.identifiers import algorithm_identifier
from policies.algorithms.making import makers
from policies.algorithms.names import (
    SignatureNames,
    der_of_halves,
    digest_names,
    digest_of_jose,
    digest_of_xml,
    names_of_digest,
    names_of_signature,
    signature_names,
    signature_of_jose,
    signature_of_xml,
)
from policies.algorithms.registry import SUITES

MESSAGE = b"the octets of SignedInfo"


def spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_every_digest_that_can_be_computed_has_a_row_with_exactly_its_identifiers() -> None:
    known = {item.name: (item.oid, *item.aliases) for item in digest_algorithms()}
    assert {item.name: item.oids for item in digest_names()} == known


def test_every_signature_that_a_suite_verifies_has_a_row() -> None:
    named = {oid for row in signature_names() for oid in row.oids}
    assert {oid for suite in SUITES for oid in suite.signatures} <= named


@pytest.mark.parametrize("row", signature_names(), ids=lambda row: row.name)
def test_a_row_says_of_its_digest_what_the_suite_says(row: SignatureNames) -> None:
    known = {oid for suite in SUITES for oid in suite.signatures}
    if row.algorithm is None or row.oids[0] not in known:
        pytest.skip(f"{row.name}: parameters or suite come from elsewhere")
    digests = [use.name for use in describe_signature(row.algorithm, b"")[:-1]]
    assert digests in ([] if row.digest is None else [row.digest], [row.digest, "belt-hash"])


def test_what_is_said_to_sign_has_a_maker_or_a_library() -> None:
    made = {algorithm_identifier(item.signature_algorithm_der).oid for item in makers().values()}
    library = {"RSA", "RSASSA-PSS", "ECDSA", "ECDSA-secp256k1", "DSA", "Ed25519", "Ed448", "ML-DSA", "ML-DSA composite"}
    own = [row for row in signature_names() if row.use not in library]
    assert {row.oids[0] for row in own if row.signs} == made


def test_xml_and_oid_lead_back_to_the_same_row() -> None:
    for digest in digest_names():
        assert all(names_of_digest(oid) == digest for oid in digest.oids)
        assert all(digest_of_xml(uri) == digest for uri in digest.xml)
        assert digest.jose is None or digest_of_jose(digest.jose) == digest
    for row in signature_names():
        assert all(row in names_of_signature(oid) for oid in row.oids)
        assert all(signature_of_xml(uri) == row for uri in row.xml)
        assert all(signature_of_jose(name, row.oids[0]) == row for name in row.jose)


def test_what_nobody_named_is_unknown() -> None:
    assert digest_of_xml("urn:x") is None
    assert digest_of_jose("") is None
    assert names_of_digest("1.2.3") is None
    assert signature_of_xml("") is None
    assert signature_of_jose("none") is None
    assert signature_of_jose("HS256") is None
    assert signature_of_jose("EdDSA") is None
    assert names_of_signature("1.2.3") == ()


def test_no_uri_belongs_to_a_signature_and_a_digest() -> None:
    signatures = [uri for row in signature_names() for uri in row.xml]
    assert len(signatures) == len(set(signatures))
    assert not set(signatures) & {uri for row in digest_names() for uri in row.xml}


CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1(), "ES256K": ec.SECP256K1()}


@pytest.mark.parametrize("name", sorted(CURVES))
def test_an_ecdsa_value_of_jose_verifies_as_it_stands(name: str) -> None:
    row, key = signature_of_jose(name), ec.generate_private_key(CURVES[name])
    assert row is not None
    assert row.algorithm is not None
    kind = {"SHA-256": hashes.SHA256(), "SHA-384": hashes.SHA384(), "SHA-512": hashes.SHA512()}[str(row.digest)]
    octets = (key.curve.key_size + 7) // 8
    value = b"".join(half.to_bytes(octets, "big") for half in decode_dss_signature(key.sign(MESSAGE, ec.ECDSA(kind))))
    assert verify(row.algorithm, spki(key), MESSAGE, value) is CryptoResult.VALID
    assert verify(row.algorithm, spki(key), MESSAGE, value[:-1]) is CryptoResult.INVALID


@pytest.mark.parametrize("name", ["PS256", "PS384", "PS512"])
def test_a_pss_value_of_jose_has_a_salt_as_long_as_its_digest(name: str) -> None:
    row, key = signature_of_jose(name), rsa.generate_private_key(65537, 2048)
    assert row is not None
    assert row.algorithm is not None
    kind = {"PS256": hashes.SHA256(), "PS384": hashes.SHA384(), "PS512": hashes.SHA512()}[name]
    right = key.sign(MESSAGE, padding.PSS(padding.MGF1(kind), kind.digest_size), kind)
    wrong = key.sign(MESSAGE, padding.PSS(padding.MGF1(kind), 20), kind)
    assert verify(row.algorithm, spki(key), MESSAGE, right) is CryptoResult.VALID
    assert verify(row.algorithm, spki(key), MESSAGE, wrong) is CryptoResult.INVALID


def test_a_dsa_value_of_xml_is_two_halves() -> None:
    row, key = signature_of_xml("http://www.w3.org/2009/xmldsig11#dsa-sha256"), dsa.generate_private_key(2048)
    assert row is not None
    assert row.algorithm is not None
    assert row.halves
    halves = decode_dss_signature(key.sign(MESSAGE, hashes.SHA256()))
    value = der_of_halves(b"".join(half.to_bytes(32, "big") for half in halves))
    assert value is not None
    assert verify(row.algorithm, spki(key), MESSAGE, value) is CryptoResult.VALID
    assert der_of_halves(b"") is None
    assert der_of_halves(b"abc") is None
