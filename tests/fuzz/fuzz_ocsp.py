"""Fuzz target: OCSP intake. Run alone for as long as wanted: `python tests/fuzz/fuzz_ocsp.py -max_total_time=3600`.

Whatever the octets, reading them gives a value, and asking it gives an answer that is not "good".
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import atheris

with atheris.instrument_imports(include=["validator"]):
    from tests.fuzz.target import CERTIFICATE, ISSUER, asked, run
    from validator.mirror.request import ocsp_request
    from validator.revocation.ocsp import parse_ocsp

from ops.platform import der as write

SIGNATURE = write.algorithm("1.2.840.10045.4.3.2")
TIME = b"\x18\x0f20260101000000Z"


def _response(status: bytes, responder: bytes, extensions: bytes = b"", single: bytes = b"") -> bytes:
    request = ocsp_request(CERTIFICATE, ISSUER)
    # The certificate identifier stands four levels down in a request.
    identifier = request[request.index(b"\x30\x09\x06\x05\x2b\x0e") - 2 :]
    one = write.sequence(identifier, status, TIME, write.explicit(0, b"\x18\x0f20270101000000Z"), single)
    tbs = write.sequence(responder, TIME, write.sequence(one), extensions)
    basic = write.sequence(tbs, SIGNATURE, write.bit_string(b"\x30\x06\x02\x01\x01\x02\x01\x01"))
    body = write.sequence(write.oid("1.3.6.1.5.5.7.48.1.1"), write.octet_string(basic))
    return write.sequence(write.enumerated(0), write.explicit(0, body))


def seeds() -> list[bytes]:
    """Responses of every kind, small."""
    by_key = write.explicit(2, write.octet_string(b"k" * 20))
    by_name = write.explicit(1, ISSUER.subject.der)
    nonce = write.extension("1.3.6.1.5.5.7.48.1.2", write.octet_string(b"n" * 16))
    cutoff = write.extension("1.3.6.1.5.5.7.48.1.6", TIME)
    revoked = write.explicit(1, TIME + write.explicit(0, write.enumerated(1)))
    return [
        _response(write.implicit(0, b""), by_key),
        _response(revoked, by_name, write.explicit(1, write.sequence(nonce))),
        _response(write.implicit(2, b""), by_name, single=write.explicit(1, write.sequence(cutoff))),
        write.sequence(write.enumerated(3)),
    ]


def check(octets: bytes) -> None:
    """Raises when a promise is broken."""
    asked(parse_ocsp(octets))


if __name__ == "__main__":
    run(check, seeds())
