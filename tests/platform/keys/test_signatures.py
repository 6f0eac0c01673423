"""Signatures of both stores, judged by cryptography and by the openssl command line."""

import hashlib
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from ops.platform.keys import (
    DigestName,
    KeyAlgorithm,
    KeyStore,
    SchemeName,
    Sha2Name,
    UnsupportedKeyError,
    natural_signature_algorithm,
)
from ops.platform.keys.encoding import algorithm_identifier, ecdsa_der

MESSAGE = b"the whole message, " * 50
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
SCHEMES: list[SchemeName] = ["pkcs1v15", "pss"]
DIGESTS: list[Sha2Name] = list(get_args(Sha2Name))
# What both stores make; the others are in test_national.py.
KINDS = [kind for kind in KeyAlgorithm if not kind.signs_messages_only or kind is KeyAlgorithm.ED25519]
CASES = [
    (kind, digest, scheme)
    for kind in KINDS
    for digest in DIGESTS
    for scheme in SCHEMES
    if kind.is_rsa or scheme == "pkcs1v15"
]


def _filling(digest: str, scheme: str) -> padding.AsymmetricPadding:
    if scheme == "pss":
        return padding.PSS(padding.MGF1(HASHES[digest]), HASHES[digest].digest_size)
    return padding.PKCS1v15()


def _verify(spki: bytes, signature: bytes, message: bytes, digest: str, scheme: str, *, hashed: bool = False) -> None:
    key = load_der_public_key(spki)
    chosen = Prehashed(HASHES[digest]) if hashed else HASHES[digest]
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, message)
    elif isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, _filling(digest, scheme), chosen)
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(signature, message, ec.ECDSA(chosen))


@pytest.mark.parametrize(("kind", "digest", "scheme"), CASES)
def test_cryptography_accepts(store: KeyStore, kind: KeyAlgorithm, digest: DigestName, scheme: SchemeName) -> None:
    label = f"every/{kind.value}"
    signature = store.sign(label, MESSAGE, digest=digest, scheme=scheme)
    _verify(store.public_key(label), signature, MESSAGE, digest, scheme)
    with pytest.raises(InvalidSignature):
        _verify(store.public_key(label), signature, MESSAGE + b".", digest, scheme)


@pytest.mark.parametrize(("kind", "digest", "scheme"), CASES)
def test_openssl_accepts(
    store: KeyStore,
    kind: KeyAlgorithm,
    digest: DigestName,
    scheme: SchemeName,
    tmp_path: Path,
    require: Callable[[str], str],
) -> None:
    label = f"every/{kind.value}"
    public = load_der_public_key(store.public_key(label))
    for name, octets in {
        "key.pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "message": MESSAGE,
        "signature": store.sign(label, MESSAGE, digest=digest, scheme=scheme),
    }.items():
        (tmp_path / name).write_bytes(octets)
    openssl = require("openssl")
    if kind is KeyAlgorithm.ED25519:
        command = [openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "message", "-sigfile"]
    else:
        options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"] if scheme == "pss" else []
        command = [openssl, "dgst", f"-{digest}", "-verify", "key.pem", *options, "-signature"]
    tail = [] if kind is KeyAlgorithm.ED25519 else ["message"]
    done = subprocess.run([*command, "signature", *tail], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("kind", "digest", "scheme"), [case for case in CASES if case[0] != KeyAlgorithm.ED25519])
def test_a_digest_signed_is_the_message_signed(
    store: KeyStore, kind: KeyAlgorithm, digest: DigestName, scheme: SchemeName
) -> None:
    label = f"every/{kind.value}"
    value = hashlib.new(digest, MESSAGE).digest()
    signature = store.sign_digest(label, value, digest=digest, scheme=scheme)
    _verify(store.public_key(label), signature, MESSAGE, digest, scheme)
    _verify(store.public_key(label), signature, value, digest, scheme, hashed=True)


@pytest.mark.parametrize("kind", KINDS)
def test_the_default_is_the_natural_algorithm_of_the_key(store: KeyStore, kind: KeyAlgorithm) -> None:
    label = f"every/{kind.value}"
    spki = store.public_key(label)
    _verify(spki, store.sign(label, MESSAGE), MESSAGE, kind.natural_digest, "pkcs1v15")
    assert store.signature_algorithm(label) == natural_signature_algorithm(spki)
    assert store.algorithm(label) is kind


def test_the_public_key_is_what_cryptography_writes(store: KeyStore) -> None:
    for kind in KINDS:
        spki = store.public_key(f"every/{kind.value}")
        again = load_der_public_key(spki).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert spki == again


def test_what_cannot_be_signed_is_refused(store: KeyStore) -> None:
    bad_digest: DigestName = "md5"  # type: ignore[assignment]
    bad_scheme: SchemeName = "raw"  # type: ignore[assignment]
    with pytest.raises(UnsupportedKeyError):
        store.sign("every/ec-p256", MESSAGE, digest=bad_digest)
    with pytest.raises(UnsupportedKeyError):
        store.sign("every/rsa-3072", MESSAGE, scheme=bad_scheme)
    with pytest.raises(UnsupportedKeyError):
        store.sign_digest("every/ec-p256", bytes(31), digest="sha256")
    with pytest.raises(UnsupportedKeyError):
        store.sign_digest("every/ed25519", bytes(32), digest="sha256")
    with pytest.raises(UnsupportedKeyError):
        store.signature_algorithm("every/ec-p384", digest=bad_digest)


@pytest.mark.parametrize(("kind", "digest", "scheme"), CASES)
def test_the_identifier_is_the_one_in_a_certificate_of_cryptography(
    kind: KeyAlgorithm, digest: DigestName, scheme: SchemeName
) -> None:
    name = x509.Name([])
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    if kind.is_rsa:
        private = rsa.generate_private_key(65537, 2048)
    elif kind is KeyAlgorithm.ED25519:
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), 1, moment, moment)
    chosen = None if kind is KeyAlgorithm.ED25519 else HASHES[digest]
    filling = _filling(digest, scheme) if kind.is_rsa else None
    certificate = builder.sign(private, chosen, rsa_padding=filling)  # type: ignore[arg-type]
    parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    assert algorithm_identifier(kind, digest, scheme) == parsed["signature_algorithm"].dump()


@given(st.integers(1, 2**384 - 1), st.integers(1, 2**384 - 1))
def test_ecdsa_values_are_encoded_as_cryptography_does(r: int, s: int) -> None:
    assert ecdsa_der(r.to_bytes(48, "big") + s.to_bytes(48, "big")) == encode_dss_signature(r, s)
