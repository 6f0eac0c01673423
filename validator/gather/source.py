"""A file that was handed in: its name and octets. Opening it is the only reading of files in this room."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from validator.errors import DocumentUnreadableError

MAX_DOCUMENT = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Octets with a name for people. `sha256` is computed once."""

    name: str
    octets: bytes = field(repr=False)
    _digest: list[str] = field(default_factory=list, repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the octets, lower-case hexadecimal."""
        if not self._digest:
            self._digest.append(hashlib.sha256(self.octets).hexdigest())
        return self._digest[0]


def read_source(path: str) -> Source:
    """The file at `path`. Raises DocumentUnreadableError when it is missing, unreadable or larger than MAX_DOCUMENT."""
    file = Path(path)
    try:
        if not file.is_file():
            raise DocumentUnreadableError(f"{path} is not a file.", code="TS-DOC-NOT-FOUND")
        if file.stat().st_size > MAX_DOCUMENT:
            raise DocumentUnreadableError(
                f"{path} is larger than {MAX_DOCUMENT // 2**20} MiB.",
                code="TS-DOC-TOO-LARGE",
                next_step="Validate the signature with the hash of the document, or ask for a smaller file.",
            )
        return Source(file.name, file.read_bytes())
    except OSError as fault:
        raise DocumentUnreadableError(f"{path} cannot be read: {fault.strerror or fault}.") from fault
    except ValueError as fault:
        raise DocumentUnreadableError(f"The path cannot be used: {fault}.") from fault
