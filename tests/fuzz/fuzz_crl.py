"""Fuzz target: CRL intake. Run alone for as long as wanted: `python tests/fuzz/fuzz_crl.py -max_total_time=3600`.

Whatever the octets, reading them gives a value, asking it gives an answer, and the quick reading of the entries
agrees with the slow one.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["validator"]):
    from tests.fuzz.target import asked, run
    from validator.asn1 import der
    from validator.revocation.crl import CertificateList, parse_crl
    from validator.revocation.entries import EntryIndex

from ops.platform import der as write

SIGNATURE = write.algorithm("1.2.840.10045.4.3.2")
NAME = write.sequence(write.set_of(write.sequence(write.oid("2.5.4.3"), write.utf8_string("Fuzz CA"))))
TIMES = b"\x17\x0d260101000000Z\x17\x0d270101000000Z"


def _list(*entries: bytes, extensions: bytes = b"", version: bytes = b"\x02\x01\x01") -> bytes:
    revoked = write.sequence(*entries) if entries else b""
    holder = write.explicit(0, write.sequence(extensions)) if extensions else b""
    tbs = write.sequence(version, SIGNATURE, NAME, TIMES, revoked, holder)
    return write.sequence(tbs, SIGNATURE, write.bit_string(b"\x30\x06\x02\x01\x01\x02\x01\x01"))


def seeds() -> list[bytes]:
    """Lists of every kind, small."""
    number = write.extension("2.5.29.20", write.integer(1))
    names = write.explicit(0, write.explicit(0, write.implicit(6, b"http://a.example/c.crl")))
    scope = write.extension("2.5.29.28", write.sequence(names, write.implicit(4, b"\xff")), critical=True)
    delta = write.extension("2.5.29.27", write.integer(0), critical=True)
    reason = write.extension("2.5.29.21", write.enumerated(6))
    issuer = write.extension("2.5.29.29", write.sequence(write.explicit(4, NAME)), critical=True)
    invalid = write.extension("2.5.29.24", b"\x18\x0f20260101000000Z")
    time = b"\x17\x0d260101000000Z"
    entries = [
        write.sequence(write.integer(serial), time, write.sequence(*extensions) if extensions else b"")
        for serial, extensions in ((1, ()), (1 << 90, (reason,)), (-5, (reason, invalid)), (300, (issuer,)))
    ]
    plain = _list(entries[0], version=b"")
    return [plain, _list(*entries, extensions=number + scope), _list(extensions=number + delta), _list(*entries[:3])]


def check(octets: bytes) -> None:
    """Raises when a promise is broken."""
    parsed = parse_crl(octets)
    asked(parsed)
    if isinstance(parsed, CertificateList) and parsed.entries is not None:
        _compare(parsed.entries)


def _compare(index: EntryIndex) -> None:
    try:
        quick = (len(index), index.faults(), index.unknown_critical())
    except der.DerError:
        return
    faults: set[str] = set()
    unknown: set[str] = set()
    position, count = index._start, 0
    while position < index._end:
        element = der.read(index._data, position, index._end)
        entry = index._entry(element, faults, unknown)
        assert any(found.revocation_time == entry.revocation_time for found in index.find(entry.serial_octets))
        position, count = element.end, count + 1
    if count == 0:
        faults.add("empty-revoked-certificates")
    assert quick == (count, tuple(sorted(faults)), tuple(sorted(unknown)))


if __name__ == "__main__":
    run(check, seeds())
