"""Textual encoding of DER (RFC 7468)."""

import base64
import binascii
import re

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----")


def pem(label: str, der: bytes) -> str:
    """One PEM block with a final line feed."""
    text = base64.b64encode(der).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


def der_of(octets: bytes) -> bytes:
    """DER from DER or from the first PEM block. ValueError when a PEM block is damaged."""
    if octets[:1] == b"\x30":
        return octets
    found = _BLOCK.search(octets)
    if found is None:
        return octets
    try:
        return base64.b64decode(b"".join(found.group(2).split()), validate=True)
    except binascii.Error as error:
        raise ValueError("the PEM block is damaged") from error
