"""Files that a command writes for a person: checked before the work begins, written whole or not at all.

The check comes first because the work may be a certificate or a signature, which cannot be taken back when it turns
out that nobody can be handed the result.
"""

import os
import secrets
from pathlib import Path

from ops.platform.errors import PlatformError


class OutputFileError(PlatformError):
    """A file that the command was asked to write cannot be written."""

    code = "TS-OUTPUT-UNWRITABLE"
    next_step = "Name a file in a folder that exists and in which this user may write, then repeat."
    exit_status = 2
    http_status = 500


def check_output_file(path: Path | None) -> None:
    """Raise OutputFileError unless `path` names a file that could be written now. None, no file asked for, passes."""
    if path is None:
        return
    try:
        _check(path)
    except (OSError, ValueError) as error:
        # A name that no file can have: too long, or with a NUL in it.
        raise OutputFileError("The name of the output file cannot be used.") from error


def _check(path: Path) -> None:
    if not path.parent.is_dir():
        raise OutputFileError(f"The folder of {path} does not exist.")
    if path.is_dir():
        raise OutputFileError(f"{path} is a folder, not a file.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise OutputFileError(f"This user may not write {path}.")


def write_output_file(path: Path | None, octets: bytes) -> None:
    """Replace `path` by a file that holds `octets`; readers see the old file or all of the new one.

    Anything that is not a plain file (`/dev/stdout`, a pipe) is written to as it is. Raises OutputFileError.
    """
    if path is None:
        return
    check_output_file(path)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(octets)
        else:
            _replace(path, octets)
    except OSError as error:
        raise OutputFileError(f"{path} cannot be written: {error.strerror}.") from error


def _replace(path: Path, octets: bytes) -> None:
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(octets)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
