"""Which PDF may be signed.

Cheap checks come first, so that 200 MB of zeros are refused at once. Nothing is repaired.
"""

from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import enumerate_sig_fields

from signer.errors import (
    BrokenPdfError,
    EmptyDocumentError,
    EncryptedPdfError,
    NotPdfError,
    SigningForbiddenError,
    TooLargeError,
)
from signer.pdf import PDF_FAULTS

MAXIMUM_SIZE: Final = 256 * 1024 * 1024
# Readers accept the header within the first kilobyte and the end marker within the last (ISO 32000-1 annex H).
_HEADER_WINDOW: Final = 1024
_TRAILER_WINDOW: Final = 2048


def open_for_signing(document: bytes) -> IncrementalPdfFileWriter:
    """A writer that appends a revision to `document`.

    EmptyDocumentError, TooLargeError, NotPdfError, BrokenPdfError, EncryptedPdfError, SigningForbiddenError.
    """
    check_outside(document)
    writer = open_writer(document)
    try:
        if writer.prev.encrypted:
            raise EncryptedPdfError("The document is encrypted.")
        page_count = int(writer.root["/Pages"]["/Count"])
        forbidden = _forbids_signing(writer)
    except PDF_FAULTS as error:
        raise BrokenPdfError("The document's structure is damaged.") from error
    if page_count < 1:
        raise BrokenPdfError("The document has no page.")
    if forbidden:
        raise SigningForbiddenError("The document was certified with the rule that nothing may be added to it.")
    return writer


def check_outside(document: bytes) -> None:
    """The checks that need no parsing."""
    if not document:
        raise EmptyDocumentError("The document is empty.")
    if b"%PDF-" not in document[:_HEADER_WINDOW]:
        raise NotPdfError("The document is not a PDF.")
    if len(document) > MAXIMUM_SIZE:
        raise TooLargeError(f"The document is larger than {MAXIMUM_SIZE // 2**20} MiB.")
    tail = document[-_TRAILER_WINDOW:]
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise BrokenPdfError("The document is not complete: its end is missing.")


def open_writer(document: bytes) -> IncrementalPdfFileWriter:
    """A writer over a document that was admitted before; BrokenPdfError when it cannot be read."""
    try:
        return IncrementalPdfFileWriter(BytesIO(document))
    except PDF_FAULTS as error:
        raise BrokenPdfError("The document's structure cannot be read.") from error


def _forbids_signing(writer: IncrementalPdfFileWriter) -> bool:
    """DocMDP with P = 1 in the certification signature (ISO 32000-2 12.8.2.2) or in the lock of a filled field
    (12.7.5.5, PDF 2.0)."""
    certification = _entry(_entry(writer.root, "/Perms"), "/DocMDP")
    if any(level == 1 for level in _levels(certification)):
        return True
    filled = (field.get_object() for _, value, field in enumerate_sig_fields(writer, filled_status=True) if value)
    return any(_entry(_entry(field, "/Lock"), "/P") == 1 for field in filled)


def _levels(signature: Any) -> list[int]:
    references = [reference.get_object() for reference in _entry(signature, "/Reference") or ()]
    rules = [item for item in references if _entry(item, "/TransformMethod") == "/DocMDP"]
    levels = [_entry(_entry(rule, "/TransformParams"), "/P") for rule in rules]
    # P is 2 when it is absent.
    return [2 if level is None else int(level) for level in levels]


def _entry(dictionary: Any, key: str) -> Any:
    """A dictionary's value, references followed (its `get` does not); None when either is absent."""
    if dictionary is None or key not in dictionary:
        return None
    return dictionary[key]


def empty_field_names(writer: IncrementalPdfFileWriter) -> tuple[str, ...]:
    """Names of signature fields that wait for a signature."""
    return tuple(name for name, _, _ in enumerate_sig_fields(writer, filled_status=False))


def fresh_field_name(writer: IncrementalPdfFileWriter, prefix: str) -> str:
    """A name that no signature field of the document has."""
    taken = {name for name, _, _ in enumerate_sig_fields(writer)}
    number = 1
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"
