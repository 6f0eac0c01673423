"""Files that are not what they should be, and what every refusal on the command line has in common."""

import json
import re
import subprocess
from io import BytesIO
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

ZEROS = 200 * 1024 * 1024
NAMES = ("not-a-pdf", "truncated", "encrypted", "empty", "zeros", "binary", "folder", "missing")


def plain_pdf() -> bytes:
    """A PDF of one empty page."""
    writer = PdfFileWriter()
    page = PageObject(contents=writer.add_object(generic.StreamObject(stream_data=b"")), media_box=(0, 0, 200, 200))
    writer.insert_page(page)
    return _written(writer)


def write_all(folder: Path) -> dict[str, Path]:
    """One file (or folder, or nothing) for each of NAMES."""
    paths = {name: folder / f"{name}.pdf" for name in NAMES}
    pdf = plain_pdf()
    paths["not-a-pdf"].write_bytes(b"This is a letter, not a document in PDF.")
    paths["truncated"].write_bytes(pdf[: len(pdf) // 2])
    paths["encrypted"].write_bytes(_encrypted())
    paths["empty"].write_bytes(b"")
    with paths["zeros"].open("wb") as stream:
        stream.truncate(ZEROS)
    paths["binary"].write_bytes(b"ab\0cd\0\0\xff\xfe" * 50)
    paths["folder"].mkdir()
    return paths


def refusal(done: subprocess.CompletedProcess[str], status: int = 2) -> str:
    """The code of a refusal, which has to have all its parts: status, code, sentence, next step, and no trace."""
    told = done.stdout + done.stderr
    assert "Traceback" not in told, told
    assert "TS-INTERNAL" not in told, told
    assert done.returncode == status, told
    if done.stdout.startswith('{"error"'):
        error = json.loads(done.stdout)["error"]
        parts = (error["code"], error["message"], error["nextStep"])
    else:
        found = re.search(r"^(TS-[A-Z0-9-]+): (.+)\nNext: (.+)\n\Z", done.stderr, re.MULTILINE)
        assert found, told
        parts = (found[1], found[2], found[3])
    assert all(parts), told
    assert re.fullmatch(r"TS-[A-Z0-9-]+", parts[0])
    return str(parts[0])


def _encrypted() -> bytes:
    writer = PdfFileWriter()
    writer.insert_page(
        PageObject(contents=writer.add_object(generic.StreamObject(stream_data=b"")), media_box=(0, 0, 200, 200))
    )
    writer.encrypt(owner_pass="secret", user_pass="secret")
    return _written(writer)


def _written(writer: PdfFileWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    octets = out.getvalue()
    assert PdfFileReader(BytesIO(octets))
    return octets
