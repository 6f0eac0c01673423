"""The messages between the server and its judging processes: a JSON header and any number of octet strings.

Plain JSON and lengths, so that a process that hostile input has taken over can answer nonsense and nothing worse.
Layout: header length (8 octets, big-endian), header (UTF-8 JSON object whose member `sizes` lists the lengths), octets.
"""

import json
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
LONGEST_HEADER = 64 * 2**20
LONGEST_BLOB = 2**30

Header = dict[str, Any]


class WireError(Exception):
    """The other side went away or does not speak this protocol."""


def send(stream: BinaryIO, header: Header, blobs: Sequence[bytes] = ()) -> None:
    """Write one message. Raises OSError when the other side is gone."""
    encoded = json.dumps({**header, "sizes": [len(blob) for blob in blobs]}, ensure_ascii=False).encode()
    stream.write(_LENGTH.pack(len(encoded)))
    stream.write(encoded)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[Header, tuple[bytes, ...]]:
    """Read one message. Raises WireError."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > LONGEST_HEADER:
        raise WireError("the header is too long")
    try:
        header = json.loads(_exactly(stream, length))
        sizes = [int(size) for size in header["sizes"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WireError("the header cannot be read") from error
    if min(sizes, default=0) < 0 or sum(sizes) > LONGEST_BLOB:
        raise WireError("the message is too long")
    return header, tuple(_exactly(stream, size) for size in sizes)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    octets = stream.read(length)
    if len(octets) != length:
        raise WireError("the other side went away")
    return octets
