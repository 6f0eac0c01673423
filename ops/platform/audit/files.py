"""Files around an audit log: an export written whole or not at all, lines read with bounded memory, keys and heads."""

import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from ops.platform.audit.entry import SignedHead
from ops.platform.audit.errors import AuditError, AuditUnreadableError
from ops.platform.audit.lines import MAX_LINE
from ops.platform.audit.witness import last_kept_head
from ops.platform.keys import UnsupportedKeyError, natural_signature_algorithm

_MAX_KEY = 65_536
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]*)-----END PUBLIC KEY-----")


def write_lines(path: Path, lines: Iterable[str]) -> tuple[int, str]:
    """Write lines to a new file that replaces `path` only when it is complete and durable.

    Returns the number of lines and the file's SHA-256 in hexadecimal. Raises AuditError when it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    count, digest = 0, sha256()
    try:
        with temporary.open("xb") as stream:
            for line in lines:
                octets = line.encode() + b"\n"
                digest.update(octets)
                stream.write(octets)
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise AuditError(
            f"The export cannot be written to {path}: {error.strerror}.",
            next_step="Choose a place with enough space and the right to write, then export again.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return count, digest.hexdigest()


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file; a line longer than any export has is cut, so that memory stays bounded.

    Raises AuditUnreadableError when the file cannot be opened or read.
    """
    try:
        with path.open("rb") as stream:
            while line := stream.readline(MAX_LINE + 1):
                yield line
                while not line.endswith(b"\n") and len(line) > MAX_LINE:
                    line = stream.readline(MAX_LINE + 1)
    except OSError as error:
        raise AuditUnreadableError(f"The file {path} cannot be read: {error.strerror}.") from error


def read_public_key(path: Path) -> bytes:
    """SubjectPublicKeyInfo, DER, of a PEM file (``BEGIN PUBLIC KEY``). Raises AuditUnreadableError."""
    try:
        with path.open("rb") as stream:
            spki = _unarmoured(stream.read(_MAX_KEY))
        natural_signature_algorithm(spki)  # refuses what no log is signed with
    except OSError as error:
        raise AuditUnreadableError(f"The file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, UnsupportedKeyError) as error:
        raise AuditUnreadableError(
            f"The file {path} does not hold the public key of an audit log.",
            next_step="Give the operator's public key as PEM (BEGIN PUBLIC KEY).",
        ) from error
    return spki


def pem(spki: bytes) -> str:
    """A public key as PEM text."""
    text = b64encode(spki).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join(("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""))


def _unarmoured(octets: bytes) -> bytes:
    found = _PEM.search(octets)
    if found is None:
        raise ValueError("no PEM block of a public key")
    return b64decode(b"".join(found.group(1).split()), validate=True)


def read_kept_head(path: Path) -> SignedHead:
    """The newest head of a file of kept heads. Raises AuditUnreadableError, also when there is none."""
    head = last_kept_head(path)
    if head is None:
        raise AuditUnreadableError(f"The file {path} holds no signed head.")
    return head
