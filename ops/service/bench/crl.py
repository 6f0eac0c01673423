"""`trustspace bench crl`: a list of one million entries, indexed once and looked up without parsing it again."""

import multiprocessing
import secrets
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ops.platform import der
from ops.service.bench.measure import Figure, once, rate
from validator.revocation.crl import CertificateList, parse_crl

ENTRIES = 1_000_000
_PROBES = 1_000
_ECDSA_SHA256 = der.algorithm("1.2.840.10045.4.3.2")
_REVOKED, _ISSUED, _NEXT = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
_ISSUER = der.sequence(der.set_of(der.sequence(der.oid("2.5.4.3"), der.utf8_string("Million Entries CA"))))


def crl() -> list[Figure]:
    """Figures: reading (frame and hash), building the index, looking up, and peak memory against the list's size."""
    serials = [secrets.randbits(126) | 1 << 126 for _ in range(ENTRIES)]
    octets = _list_of(serials)
    listed = [der.integer_contents(serial) for serial in serials[:: ENTRIES // _PROBES]]
    absent = [der.integer_contents(secrets.randbits(126)) for _ in range(_PROBES)]
    del serials
    hashing = once(lambda: sha256(octets).digest())
    # The first call reads; the list is remembered by its hash after that.
    reading = once(lambda: parse_crl(octets))
    parsed = parse_crl(octets)
    assert isinstance(parsed, CertificateList)
    assert parsed.entries is not None
    index = parsed.entries
    building = once(lambda: len(index))
    assert all(index.find(serial) for serial in listed)
    assert not any(index.find(serial) for serial in absent)
    hit = rate(lambda: [index.find(serial) for serial in listed], rounds=3) * _PROBES
    miss = rate(lambda: [index.find(serial) for serial in absent], rounds=3) * _PROBES
    detail = {"octets": len(octets), "peak_memory_over_size": round(_peak_memory(octets) / len(octets), 2)}
    return [
        _timed("read", reading, reference="SHA-256", reference_rate=1 / hashing),
        _timed("index 1,000,000 entries", building, detail=detail),
        Figure(name="look up, listed", rate=hit, detail={"milliseconds": round(1000 / hit, 4)}),
        Figure(name="look up, not listed", rate=miss, detail={"milliseconds": round(1000 / miss, 4)}),
    ]


def _timed(
    name: str,
    seconds: float,
    *,
    reference: str = "",
    reference_rate: float = 0.0,
    detail: dict[str, float] | None = None,
) -> Figure:
    known = {"seconds": round(seconds, 3), **(detail or {})}
    return Figure(name=name, rate=1 / seconds, reference=reference, reference_rate=reference_rate, detail=known)


def _list_of(serials: list[int]) -> bytes:
    tbs = der.sequence(
        der.integer(1),
        _ECDSA_SHA256,
        _ISSUER,
        der.time(_ISSUED),
        der.time(_NEXT),
        der.sequence(*_entries(serials)),
        der.explicit(0, der.sequence(der.extension("2.5.29.20", der.integer(1)))),
    )
    signature = ec.generate_private_key(ec.SECP256R1()).sign(tbs, ec.ECDSA(hashes.SHA256()))
    return der.sequence(tbs, _ECDSA_SHA256, der.bit_string(signature))


def _entries(serials: list[int]) -> Iterator[bytes]:
    # Half of the entries carry a reason, as large lists do.
    revoked = der.time(_REVOKED)
    reason = der.sequence(der.extension("2.5.29.21", der.enumerated(4)))
    for position, serial in enumerate(serials):
        yield der.sequence(der.integer(serial), revoked, reason if position % 2 else b"")


def _peak_memory(octets: bytes) -> int:
    """Octets that a fresh process needs at most for the list and its index, its own code aside."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list.crl"
        file.write_bytes(octets)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(_grown, (str(file),))


def _grown(file: str) -> int:
    before = _highest_resident()
    parsed = parse_crl(Path(file).read_bytes())
    assert isinstance(parsed, CertificateList)
    assert parsed.entries is not None
    assert len(parsed.entries) == ENTRIES
    return _highest_resident() - before


def _highest_resident() -> int:
    # Not getrusage: on Linux a child begins with its parent's maximum there.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
