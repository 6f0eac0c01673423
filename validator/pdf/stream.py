"""The stream that pyHanko reads a hostile file from: every read is counted, hexadecimal strings are read at once.

pyHanko's tokeniser reads octet by octet and may wait for a line end that never comes; a budget of reads ends that.
The signature itself is a hexadecimal string of tens of thousands of digits, which it reads digit by digit; for streams
of this kind, and only for them, the reading of such strings is replaced.
"""

import binascii
import io
import time
from typing import Any

from pyhanko.pdf_utils import generic, misc

MAX_READS = 12_000_000
MAX_HEXADECIMAL = 64 * 1024 * 1024
_LONG = 4096
_WHITE = b"\x00\t\n\x0c\r "
_CHECK = 0xFFFF


class ReadBudgetError(Exception):
    """The reads or the time granted for one file are used up."""


class BoundedStream(io.BytesIO):
    """Octets of one file with a budget of reads and a deadline (seconds from now)."""

    def __init__(self, octets: bytes, seconds: float, reads: int = MAX_READS) -> None:
        super().__init__(octets)
        self.octets = octets
        self._left = reads
        self._until = time.monotonic() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left < 0 or (self._left & _CHECK == 0 and time.monotonic() > self._until):
            raise ReadBudgetError
        return super().read(size)


_octet_by_octet = generic.read_hex_string_from_stream


def _read_hexadecimal(stream: Any) -> Any:
    """ISO 32000-2 7.3.4.3: digits and white space between < and >, a missing last digit counts as zero."""
    if not isinstance(stream, BoundedStream):
        return _octet_by_octet(stream)
    start = stream.tell()
    end = stream.octets.find(b">", start)
    if end < 0 or end - start > MAX_HEXADECIMAL:
        raise misc.PdfStreamError("hexadecimal string without end")
    digits = stream.octets[start + 1 : end].translate(None, _WHITE)
    stream.seek(end + 1)
    try:
        octets = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
    except binascii.Error:
        raise misc.PdfStreamError("unexpected octet in a hexadecimal string") from None
    # What is so long is a signature; whether it could be text is not worth asking.
    return generic.ByteStringObject(octets) if len(octets) > _LONG else generic.pdf_string(octets)


generic.read_hex_string_from_stream = _read_hexadecimal
