"""Certificates, CRLs and OCSP responses written fast, for the benchmarks of the validator: an issuer that shares no
code with the certificate authority, so that a hundred thousand certificates cost minutes and not hours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from itertools import count

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.platform import der

AT = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
_VALIDITY = der.sequence(der.time(AT - timedelta(days=365)), der.time(AT + timedelta(days=365)))
_VERSION_3 = der.explicit(0, der.integer(2))
_ECDSA_SHA256 = der.algorithm("1.2.840.10045.4.3.2")
_ECDSA_SHA384 = der.algorithm("1.2.840.10045.4.3.3")
_ED25519 = der.algorithm("1.3.101.112")
_SHA_1 = der.algorithm("1.3.14.3.2.26", der.null())
_serials = count(1 << 64)


@dataclass(frozen=True, slots=True)
class Party:
    """A name with a key. `name` and `spki` are DER, `key_id` is SHA-1 over the key's octets (RFC 5280 4.2.1.2 (1))."""

    name: bytes
    spki: bytes
    key_id: bytes
    sign: Callable[[bytes], bytes]
    algorithm: bytes


def ecdsa_party(common_name: str, curve: str = "P-256") -> Party:
    """A party with a fresh key on P-256 (signing with SHA-256) or P-384 (SHA-384)."""
    digest = ec.ECDSA(hashes.SHA256() if curve == "P-256" else hashes.SHA384())
    key = ec.generate_private_key(ec.SECP256R1() if curve == "P-256" else ec.SECP384R1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    algorithm = _ECDSA_SHA256 if curve == "P-256" else _ECDSA_SHA384
    return Party(_name(common_name), spki, _key_id(point), lambda tbs: key.sign(tbs, digest), algorithm)


def ed25519_party(common_name: str) -> Party:
    """A party with a fresh Ed25519 key, the fastest to sign with."""
    key = ed25519.Ed25519PrivateKey.generate()
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Party(_name(common_name), spki, _key_id(point), key.sign, _ED25519)


def _key_id(octets: bytes) -> bytes:
    return sha1(octets, usedforsecurity=False).digest()


def _name(common_name: str) -> bytes:
    parts = [("2.5.4.6", der.printable_string("KZ")), ("2.5.4.10", der.utf8_string("Benchmark Trust Services"))]
    parts.append(("2.5.4.3", der.utf8_string(common_name)))
    return der.sequence(*(der.set_of(der.sequence(der.oid(kind), value)) for kind, value in parts))


def _signed(issuer: Party, tbs: bytes) -> bytes:
    return der.sequence(tbs, issuer.algorithm, der.bit_string(issuer.sign(tbs)))


def certify(subject: Party, issuer: Party, *, ca: bool, extra: bytes = b"") -> bytes:
    """A certificate of `subject` by `issuer`; `extra` are further extensions, encoded one after the other."""
    usage = der.named_bits(5, 6) if ca else der.named_bits(1)
    extensions = der.extension("2.5.29.35", der.sequence(der.implicit(0, issuer.key_id)))
    extensions += der.extension("2.5.29.14", der.octet_string(subject.key_id))
    extensions += der.extension("2.5.29.15", usage, critical=True)
    if ca:
        extensions += der.extension("2.5.29.19", der.sequence(der.boolean(True)), critical=True)
    block = der.explicit(3, der.sequence(extensions + extra))
    number = der.integer(next(_serials))
    return _signed(
        issuer,
        der.sequence(_VERSION_3, number, issuer.algorithm, issuer.name, _VALIDITY, subject.name, subject.spki, block),
    )


def _uri(text: str) -> bytes:
    return der.implicit(6, text.encode())


def _common_extensions(issuer: str, *, ocsp: bool) -> bytes:
    """What certificates of trust services carry: policy with practice statement, CRL pointer, access to the issuer."""
    statement = der.sequence(der.oid("1.3.6.1.5.5.7.2.1"), der.ia5_string(f"https://{issuer}.example/cps"))
    policy = der.sequence(der.oid("1.3.6.1.4.1.99999.1.1"), der.sequence(statement))
    qualified = der.sequence(der.oid("0.4.0.194112.1.2"))
    point = der.explicit(0, der.explicit(0, _uri(f"http://{issuer}.example/{issuer}.crl")))
    access = [der.sequence(der.oid("1.3.6.1.5.5.7.48.2"), _uri(f"http://{issuer}.example/{issuer}.cer"))]
    if ocsp:
        access.insert(0, der.sequence(der.oid("1.3.6.1.5.5.7.48.1"), _uri(f"http://ocsp.{issuer}.example/")))
    return b"".join((
        der.extension("2.5.29.32", der.sequence(policy, qualified)),
        der.extension("2.5.29.31", der.sequence(der.sequence(point))),
        der.extension("1.3.6.1.5.5.7.1.1", der.sequence(*access)),
    ))  # fmt: skip


def authority_extensions() -> bytes:
    """Further extensions of an issuing CA's certificate."""
    return _common_extensions("root", ocsp=False)


def person_extensions() -> bytes:
    """Further extensions of a qualified certificate of a natural person (ETSI EN 319 412-2, EN 319 412-5)."""
    statements = der.sequence(
        der.sequence(der.oid("0.4.0.1862.1.1")),
        der.sequence(der.oid("0.4.0.1862.1.4")),
        der.sequence(der.oid("0.4.0.1862.1.6"), der.sequence(der.oid("0.4.0.1862.1.6.1"))),
    )
    mailbox = der.implicit(1, b"person@holder.example")
    return b"".join((
        _common_extensions("issuing", ocsp=True),
        der.extension("1.3.6.1.5.5.7.1.3", statements),
        der.extension("2.5.29.37", der.sequence(der.oid("1.3.6.1.5.5.7.3.4"))),
        der.extension("2.5.29.17", der.sequence(mailbox)),
    ))  # fmt: skip


def empty_crl(issuer: Party) -> bytes:
    """A complete CRL without entries, in force at AT."""
    extensions = der.extension("2.5.29.35", der.sequence(der.implicit(0, issuer.key_id)))
    extensions += der.extension("2.5.29.20", der.integer(1))
    return _signed(
        issuer,
        der.sequence(
            der.integer(1),
            issuer.algorithm,
            issuer.name,
            der.time(AT - timedelta(days=1)),
            der.time(AT + timedelta(days=1)),
            der.explicit(0, der.sequence(extensions)),
        ),
    )


def good_answer(serial: int, issuer: Party) -> bytes:
    """An OCSP response by the issuer itself: the certificate with this serial number is good."""
    key = sha1(issuer.name, usedforsecurity=False).digest()
    certificate_id = der.sequence(_SHA_1, der.octet_string(key), der.octet_string(issuer.key_id), der.integer(serial))
    this, following = (der.generalized_time(AT + timedelta(hours=hours)) for hours in (-1, 1))
    single = der.sequence(certificate_id, der.implicit(0, b""), this, der.explicit(0, following))
    responder = der.explicit(2, der.octet_string(issuer.key_id))
    data = der.sequence(responder, this, der.sequence(single))
    basic = _signed(issuer, data)
    return der.sequence(
        der.enumerated(0),
        der.explicit(0, der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(basic))),
    )
