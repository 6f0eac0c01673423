"""Certificates made octet by octet, so that every fault can be built on purpose, and one way to ask about them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha1
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.platform import der
from validator.path.certificate import Certificate, parse_certificate
from validator.path.engine import build_path
from validator.path.types import ExpectedName, PathOutcome, PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.types import RevocationEvidence

NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
ECDSA_SHA256 = der.algorithm("1.2.840.10045.4.3.2")
_serials = count(1000)
_TYPES = {"C": "2.5.4.6", "O": "2.5.4.10", "OU": "2.5.4.11", "CN": "2.5.4.3", "E": "1.2.840.113549.1.9.1"}


@cache
def key(label: str) -> ec.EllipticCurvePrivateKey:
    """One P-256 key per label."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def spki(label: str) -> bytes:
    return key(label).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(label: str) -> bytes:
    return sha1(spki(label)).digest()


def name(*parts: str) -> bytes:
    """A distinguished name from `O=` and `CN=` texts, most general first; E is an IA5String, C printable."""
    rdns = []
    for part in parts:
        label, _, text = part.partition("=")
        writer = {"E": der.ia5_string, "C": der.printable_string}.get(label, der.utf8_string)
        rdns.append(der.set_of(der.sequence(der.oid(_TYPES[label]), writer(text))))
    return der.sequence(*rdns)


def as_name(value: str | bytes) -> bytes:
    return name(*value.split(",")) if isinstance(value, str) and value else value or der.sequence()


# Extensions ---------------------------------------------------------------------------------------------------------


def dns(value: str) -> bytes:
    return der.implicit(2, value.encode())


def email(value: str) -> bytes:
    return der.implicit(1, value.encode())


def uri(value: str) -> bytes:
    return der.implicit(6, value.encode())


def ip(value: bytes) -> bytes:
    return der.implicit(7, value)


def dn(value: str) -> bytes:
    return der.explicit(4, as_name(value))


def other(type_id: str, value: bytes) -> bytes:
    return der.tlv(0xA0, der.oid(type_id) + der.explicit(0, value))


def san(*names: bytes, critical: bool = False) -> bytes:
    return der.extension("2.5.29.17", der.sequence(*names), critical=critical)


def _trees(number: int, bases: Sequence[bytes] | None) -> bytes:
    if bases is None:
        return b""
    return der.tlv(0xA0 | number, b"".join(der.sequence(base) for base in bases))


def name_constraints(
    permitted: Sequence[bytes] | None = None, excluded: Sequence[bytes] | None = None, critical: bool = True
) -> bytes:
    value = der.sequence(_trees(0, permitted), _trees(1, excluded))
    return der.extension("2.5.29.30", value, critical=critical)


def basic_constraints(ca: bool, path_length: int | None = None, critical: bool = True) -> bytes:
    parts = [der.boolean(True)] if ca else []
    parts += [] if path_length is None else [der.integer(path_length)]
    return der.extension("2.5.29.19", der.sequence(*parts), critical=critical)


def key_usage(*bits: int, critical: bool = True) -> bytes:
    return der.extension("2.5.29.15", der.named_bits(*bits), critical=critical)


def eku(*oids: str, critical: bool = False) -> bytes:
    return der.extension("2.5.29.37", der.sequence(*map(der.oid, oids)), critical=critical)


def policies(*oids: str, critical: bool = False) -> bytes:
    value = der.sequence(*(der.sequence(der.oid(one)) for one in oids))
    return der.extension("2.5.29.32", value, critical=critical)


def mappings(*pairs: tuple[str, str], critical: bool = True) -> bytes:
    value = der.sequence(*(der.sequence(der.oid(one), der.oid(two)) for one, two in pairs))
    return der.extension("2.5.29.33", value, critical=critical)


def policy_constraints(explicit: int | None = None, mapping: int | None = None, critical: bool = True) -> bytes:
    parts = [] if explicit is None else [der.implicit(0, der.integer_contents(explicit))]
    parts += [] if mapping is None else [der.implicit(1, der.integer_contents(mapping))]
    return der.extension("2.5.29.36", der.sequence(*parts), critical=critical)


def inhibit_any_policy(skip: int, critical: bool = True) -> bytes:
    return der.extension("2.5.29.54", der.integer(skip), critical=critical)


def ski(label: str, critical: bool = False) -> bytes:
    return der.extension("2.5.29.14", der.octet_string(key_id(label)), critical=critical)


def aki(label: str, critical: bool = False) -> bytes:
    return der.extension("2.5.29.35", der.sequence(der.implicit(0, key_id(label))), critical=critical)


# Certificates -------------------------------------------------------------------------------------------------------


def sign(label: str, tbs: bytes) -> bytes:
    signature = key(label).sign(tbs, ec.ECDSA(hashes.SHA256()))
    return der.sequence(tbs, ECDSA_SHA256, der.bit_string(signature))


def certificate(
    subject: str | bytes,
    issuer: str | bytes,
    *,
    signer: str,
    owner: str,
    ca: bool = False,
    path_length: int | None = None,
    extra: Iterable[bytes] = (),
    without: Iterable[str] = (),
    not_before: datetime = NOW - YEAR,
    not_after: datetime = NOW + YEAR,
    validity: bytes | None = None,
    version: int | None = 2,
    serial: bytes | None = None,
    inner: bytes = ECDSA_SHA256,
    public_key: bytes | None = None,
    unique: bytes = b"",
    raw_extensions: bytes | None = None,
) -> bytes:
    """A certificate; `extra` extensions replace standard ones of the same type, `without` leaves types out."""
    standard = [aki(signer), ski(owner)]
    standard += [basic_constraints(True, path_length), key_usage(5, 6)] if ca else [key_usage(0)]
    given = list(extra)
    taken = {_type(one) for one in given} | {der.oid(one) for one in without}
    extensions = [one for one in standard if _type(one) not in taken] + given
    block = der.explicit(3, der.sequence(*extensions)) if extensions else b""
    tbs = der.sequence(
        b"" if version is None else der.explicit(0, der.integer(version)),
        der.integer(next(_serials)) if serial is None else serial,
        inner,
        as_name(issuer),
        validity or der.sequence(der.time(not_before), der.time(not_after)),
        as_name(subject),
        public_key or spki(owner),
        unique,
        block if raw_extensions is None else raw_extensions,
    )
    return sign(signer, tbs)


def _type(extension: bytes) -> bytes:
    start = 2 if extension[1] < 0x80 else 2 + (extension[1] & 0x7F)
    return extension[start : start + 2 + extension[start + 1]]


def root(subject: str = "CN=Root", label: str = "root", **changes: Any) -> bytes:
    return certificate(subject, subject, signer=label, owner=label, ca=True, **changes)


def authority(
    subject: str = "CN=CA", issuer: str = "CN=Root", signer: str = "root", owner: str = "ca", **changes: Any
) -> bytes:
    return certificate(subject, issuer, signer=signer, owner=owner, ca=True, **changes)


def end_entity(subject: str = "CN=Leaf", issuer: str = "CN=CA", signer: str = "ca", **changes: Any) -> bytes:
    return certificate(subject, issuer, signer=signer, owner=changes.pop("owner", "leaf"), **changes)


def parsed(encoded: bytes) -> Certificate:
    value = parse_certificate(encoded)
    assert isinstance(value, Certificate), value
    return value


def ask(leaf: bytes, anchors: Iterable[bytes], pool: Iterable[bytes] = (), **settings: Any) -> PathOutcome:
    """Build and validate a path without revocation unless `revocation` and `evidence` say otherwise."""
    evidence = settings.pop("evidence", RevocationEvidence())
    at = settings.pop("at", NOW)
    fetch = settings.pop("fetch", None)
    settings.setdefault("revocation", RevocationMode.NONE)
    if "names" in settings:
        settings["names"] = tuple(ExpectedName(kind, value) for kind, value in settings["names"])
    return build_path(
        PathRequest(
            leaf=parsed(leaf),
            anchors=tuple(TrustAnchor(parsed(one)) for one in anchors),
            pool=tuple(parsed(one) for one in pool),
            evidence=evidence,
            at=at,
            settings=PathSettings(**settings),
            fetch=fetch,
        )
    )


def codes(outcome: PathOutcome) -> tuple[str, ...]:
    """The reason codes without their common prefix."""
    return tuple(reason.code.removeprefix("TS-PATH-") for reason in outcome.reasons)


@pytest.fixture(scope="session")
def forge() -> SimpleNamespace:
    """Everything above, for the test files of this room."""
    own = {key: value for key, value in globals().items() if not key.startswith("_")}
    return SimpleNamespace(**own)
