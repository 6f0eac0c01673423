"""Fuzz target: certificate intake. Run alone for as long as wanted: `python tests/fuzz/fuzz_certificate.py
-max_total_time=3600`.

Whatever the octets, reading them gives a value; as end entity, as CA and as trust anchor they get an answer with a
reason, and only the genuine certificate is ever relied on.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["validator"]):
    from tests.fuzz.target import AT, ISSUER, run
    from validator.path.certificate import Certificate, MalformedCertificate, parse_certificate, who
    from validator.path.engine import build_path
    from validator.path.types import ExpectedName, PathRequest, PathSettings, RevocationMode, TrustAnchor
    from validator.revocation.types import RevocationEvidence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ops.platform import der as write
from policies.reasons import sentence

_KEY = ec.derive_private_key(7, ec.SECP256R1())
_ALGORITHM = write.algorithm("1.2.840.10045.4.3.2")
_SETTINGS = PathSettings(
    revocation=RevocationMode.NONE,
    anchor_constraints=True,
    anchor_expiry=True,
    anchor_basic_constraints=True,
    names=(ExpectedName("dns", "a.example"), ExpectedName("email", "u@a.example")),
    eku=frozenset({"1.3.6.1.5.5.7.3.4"}),
)


def _extension(oid: str, *value: bytes, critical: bool = False) -> bytes:
    return write.extension(oid, write.sequence(*value), critical=critical)


def _certificate(*extensions: bytes) -> bytes:
    name = write.sequence(write.set_of(write.sequence(write.oid("2.5.4.3"), write.utf8_string("Fuzz leaf"))))
    tbs = write.sequence(
        write.explicit(0, write.integer(2)),
        write.integer(77),
        _ALGORITHM,
        ISSUER.subject.der,
        b"\x30\x1e\x17\x0d250101000000Z\x17\x0d350101000000Z",
        name,
        ISSUER.spki,
        write.explicit(3, write.sequence(*extensions)) if extensions else b"",
    )
    return write.sequence(tbs, _ALGORITHM, write.bit_string(_KEY.sign(tbs, ec.ECDSA(hashes.SHA256()))))


def seeds() -> list[bytes]:
    """Certificates with every extension that is read."""
    uri = write.implicit(6, b"http://a.example/x")
    names = (write.implicit(2, b"*.a.example"), write.implicit(1, b"u@a.example"), write.implicit(7, bytes(4)), uri)
    other = write.tlv(0xA0, write.oid("1.3.6.1.5.5.7.8.9") + write.explicit(0, write.utf8_string("ю@a.example")))
    tree = write.tlv(0xA0, write.sequence(names[1]) + write.sequence(write.implicit(7, bytes(8))))
    point = write.sequence(write.explicit(0, write.explicit(0, uri)), write.implicit(1, b"\x01\x06"))
    policy, mapped = write.oid("1.2.3"), write.oid("1.2.4")
    notice = write.sequence(write.oid("1.3.6.1.5.5.7.2.1"), write.tlv(0x16, b"http://a.example/cps"))
    return [
        _certificate(),
        ISSUER.der,
        _certificate(_extension("2.5.29.17", *names, other), _extension("2.5.29.37", write.oid("1.3.6.1.5.5.7.3.4"))),
        _certificate(
            _extension("2.5.29.19", b"\x01\x01\xff", write.integer(3), critical=True),
            _extension("2.5.29.30", tree, critical=True),
            write.extension("2.5.29.15", write.named_bits(0, 5, 6), critical=True),
        ),
        _certificate(
            _extension("2.5.29.32", write.sequence(policy, write.sequence(notice))),
            _extension("2.5.29.33", write.sequence(policy, mapped)),
            _extension("2.5.29.36", b"\x80\x01\x00\x81\x01\x01", critical=True),
            write.extension("2.5.29.54", write.integer(2), critical=True),
        ),
        _certificate(
            _extension("2.5.29.31", point),
            _extension("1.3.6.1.5.5.7.1.1", write.sequence(write.oid("1.3.6.1.5.5.7.48.2"), uri)),
            _extension("2.5.29.35", write.implicit(0, b"k" * 20)),
            write.extension("2.5.29.14", write.octet_string(b"k" * 20)),
        ),
    ]


GENUINE = frozenset(seeds())


def check(octets: bytes) -> None:
    """Raises when a promise is broken."""
    value = parse_certificate(octets)
    if isinstance(value, MalformedCertificate):
        assert sentence(value.reason)
        return
    assert value.der == octets
    assert who(value)
    for defect in value.defects:
        assert sentence(defect.reason)
    for leaf, anchor, pool in ((value, ISSUER, ()), (ISSUER, value, ()), (_LEAF, ISSUER, (value,))):
        _ask(leaf, anchor, pool)


def _ask(leaf: Certificate, anchor: Certificate, pool: tuple[Certificate, ...]) -> None:
    request = PathRequest(
        leaf=leaf, anchors=(TrustAnchor(anchor),), pool=pool, evidence=RevocationEvidence(), at=AT, settings=_SETTINGS
    )
    outcome = build_path(request)
    if outcome.valid:
        assert all(one.der in GENUINE for one in outcome.certificates)
    else:
        assert all(sentence(reason) for reason in outcome.reasons)
        assert outcome.reasons


_READ = parse_certificate(_certificate())
assert isinstance(_READ, Certificate)
_LEAF = _READ

if __name__ == "__main__":
    run(check, seeds())
