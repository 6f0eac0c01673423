"""Reads the files that are attached to a PDF (ISO 32000-2 7.11.4): names and octets, within bounds."""

import zlib
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from validator.pdf.reader import BoundedReader, PdfFaultError, contained, entry

MAX_FILES = 100
MAX_DEPTH = 16


def attached_files(reader: BoundedReader, most: int) -> dict[str, bytes]:
    """The embedded files of the whole document by name. Raises PdfFaultError damaged, or budget where there are too
    many of them or they have more than `most` octets together."""
    found: dict[str, bytes] = {}
    size = 0
    with contained():
        names = entry(entry(reader.root, "/Names", {}), "/EmbeddedFiles")
        for name, specification in _leaves(names, 0):
            octets = _octets(specification, most - size)
            size += len(octets)
            if size > most or len(found) >= MAX_FILES:
                raise PdfFaultError("budget", "attached files")
            found[name] = octets
    return found


def keywords(reader: BoundedReader) -> str:
    """The text under Keywords of the document information, empty when there is none."""
    with contained():
        information = reader.trailer_view.raw_get("/Info") if "/Info" in reader.trailer_view else None
        if isinstance(information, generic.IndirectObject):
            information = information.get_object()
        return str(entry(information, "/Keywords", "")) if isinstance(information, generic.DictionaryObject) else ""


def _leaves(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """The pairs of a name tree (7.9.6)."""
    if depth > MAX_DEPTH or not isinstance(node, generic.DictionaryObject):
        return
    pairs = entry(node, "/Names", ())
    for at in range(0, len(pairs) - 1, 2):
        yield str(pairs[at]), pairs[at + 1]
    for kid in entry(node, "/Kids", ()):
        yield from _leaves(kid.get_object() if isinstance(kid, generic.IndirectObject) else kid, depth + 1)


def _octets(specification: Any, most: int) -> bytes:
    """The file's octets, at most one more than `most`: what is packed must not unpack to more than anybody reads."""
    if isinstance(specification, generic.IndirectObject):
        specification = specification.get_object()
    stream = entry(entry(specification, "/EF", {}), "/F")
    if not isinstance(stream, generic.StreamObject):
        raise PdfFaultError("damaged", "attached file")
    packed, filters = bytes(stream.encoded_data), entry(stream, "/Filter")
    if filters is None or filters == []:
        return packed
    if filters not in ("/FlateDecode", ["/FlateDecode"]) or "/DecodeParms" in stream:
        raise PdfFaultError("damaged", "filter of an attached file")
    return zlib.decompressobj().decompress(packed, most + 1)
