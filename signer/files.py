"""Documents from and to the disk: bounded reading, atomic writing, the input never touched."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from signer.errors import DocumentRefusedError, NotPdfError, OutputError, TooLargeError
from signer.model import SignatureFormat

MAXIMUM_SIZE: Final = 256 * 1024 * 1024
_HEADER_WINDOW: Final = 1024


def read_document(path: Path, format: SignatureFormat) -> bytes:
    """The file's octets. For PAdES a file without a PDF header is refused before the rest of it is read.

    DocumentRefusedError when it cannot be opened, TooLargeError, NotPdfError.
    """
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size > MAXIMUM_SIZE:
                raise TooLargeError(f"The file is larger than {MAXIMUM_SIZE // 2**20} MiB.")
            head = stream.read(_HEADER_WINDOW)
            if format is SignatureFormat.PADES and head and b"%PDF-" not in head:
                raise NotPdfError("The document is not a PDF.")
            octets = head + stream.read(MAXIMUM_SIZE + 1 - len(head))
    except OSError as error:
        raise DocumentRefusedError(f"The file cannot be read: {error.strerror}.") from error
    if len(octets) > MAXIMUM_SIZE:
        raise TooLargeError(f"The file is larger than {MAXIMUM_SIZE // 2**20} MiB.")
    return octets


def default_output(path: Path, format: SignatureFormat) -> Path:
    """`contract.pdf` → `contract.signed.pdf`; `notes.txt` → `notes.txt.p7s`."""
    if format is SignatureFormat.PADES:
        return path.with_name(f"{path.stem}.signed{path.suffix or '.pdf'}")
    return path.with_name(f"{path.name}.p7s")


def check_output(source: Path, target: Path, *, replace: bool = False) -> None:
    """Raise OutputError, before anything is signed, when the result could not be written to `target`."""
    if target.exists() and source.exists() and target.samefile(source):
        raise OutputError("The output would replace the input.")
    if target.exists() and not replace:
        raise OutputError(f"The file {target.name} exists already.")
    if not target.parent.is_dir():
        raise OutputError("The folder of the output does not exist.")


def write_atomically(target: Path, octets: bytes, *, replace: bool = False) -> None:
    """Write and flush to a temporary file in the same folder, then name it: readers see all of it or nothing. Without
    `replace` a file that appeared meanwhile is left alone (OutputError)."""
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=".signing-", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        if replace:
            temporary.replace(target)
        else:
            os.link(temporary, target)
    except OSError as error:
        raise OutputError(f"The output cannot be written: {error.strerror}.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
