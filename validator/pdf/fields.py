"""Finds the signature fields of a PDF and reads their signature dictionaries (ISO 32000-2 12.7.5.5 and 12.8.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils import generic

from validator.pdf.reader import BoundedReader, PdfFaultError, contained, entry

MAX_FIELDS = 20_000
MAX_SIGNATURES = 300
MAX_DEPTH = 32
MAX_CONTENTS = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureDictionary:
    """One signature dictionary as found. `revision` (from 0) is the revision in which the dictionary was last written;
    `fields` the full names of all fields that point to it; `lock_level` DocMDP permission from /Lock or /Reference,
    `faults` words for what is missing or of the wrong type."""

    fields: tuple[str, ...]
    type: str
    filter: str | None
    sub_filter: str | None
    byte_range: tuple[int, ...]
    contents: bytes
    revision: int
    signing_time: str | None
    reason: str | None
    location: str | None
    certificates: tuple[bytes, ...]
    certification_level: int | None
    raw: Any
    field: Any
    faults: tuple[str, ...]


def signature_dictionaries(reader: BoundedReader) -> tuple[SignatureDictionary, ...]:
    """All signature dictionaries of the current revision, in order of the end of their ByteRange.

    Raises PdfFaultError damaged or budget when the form tree itself cannot be walked.
    """
    found: dict[object, tuple[list[str], Any, Any]] = {}
    with contained():
        for name, field in _signature_fields(reader):
            value = field.raw_get("/V")
            key: object = value.reference if isinstance(value, generic.IndirectObject) else id(field)
            found.setdefault(key, ([], field, value))[0].append(name)
            if len(found) > MAX_SIGNATURES:
                raise PdfFaultError("budget", "signatures")
    read = [_read(reader, names, field, value) for names, field, value in found.values()]
    return tuple(sorted((item for item in read if item), key=lambda item: (_end(item), item.fields)))


def _end(item: SignatureDictionary) -> int:
    return sum(item.byte_range[-2:]) if item.byte_range else 0


def _signature_fields(reader: BoundedReader) -> Iterator[tuple[str, Any]]:
    form = entry(reader.root, "/AcroForm")
    if not isinstance(form, generic.DictionaryObject):
        return
    roots = entry(form, "/Fields")
    if not isinstance(roots, generic.ArrayObject):
        return
    seen: set[object] = set()
    stack = [(item, "", None, 0) for item in reversed(roots)]
    while stack:
        item, prefix, inherited, depth = stack.pop()
        if isinstance(item, generic.IndirectObject):
            if item.reference in seen:
                continue
            seen.add(item.reference)
        field = item.get_object()
        if depth > MAX_DEPTH or len(seen) > MAX_FIELDS:
            raise PdfFaultError("budget", "fields")
        if not isinstance(field, generic.DictionaryObject):
            continue
        name = _join(prefix, entry(field, "/T"))
        kind = entry(field, "/FT", inherited)
        if kind == "/Sig" and "/V" in field:
            yield name, field
        kids = entry(field, "/Kids")
        if isinstance(kids, generic.ArrayObject):
            stack.extend((kid, name, kind, depth + 1) for kid in reversed(kids))


def _join(prefix: str, name: Any) -> str:
    own = str(name) if isinstance(name, str) else ""
    return f"{prefix}.{own}" if prefix and own else prefix or own


def _read(reader: BoundedReader, names: list[str], field: Any, value: Any) -> SignatureDictionary | None:
    faults: list[str] = []
    with contained():
        dictionary = value.get_object() if isinstance(value, generic.IndirectObject) else value
        if not isinstance(dictionary, generic.DictionaryObject):
            return None
        reference = value.reference if isinstance(value, generic.IndirectObject) else field.container_ref
        byte_range = _byte_range(dictionary, faults)
        contents = _contents(dictionary, faults)
        return SignatureDictionary(
            fields=tuple(sorted(names)),
            type=str(entry(dictionary, "/Type", "/Sig")),
            filter=_name(dictionary, "/Filter"),
            sub_filter=_name(dictionary, "/SubFilter"),
            byte_range=byte_range,
            contents=contents,
            revision=_revision(reader, reference),
            signing_time=_text(dictionary, "/M"),
            reason=_text(dictionary, "/Reason"),
            location=_text(dictionary, "/Location"),
            certificates=_certificates(dictionary),
            certification_level=_docmdp_level(dictionary, field),
            raw=dictionary,
            field=field,
            faults=tuple(faults),
        )


def _revision(reader: BoundedReader, reference: Any) -> int:
    try:
        return int(reader.xrefs.get_last_change(reference))
    except (KeyError, AttributeError, TypeError):
        return int(reader.total_revisions) - 1


def _byte_range(dictionary: Any, faults: list[str]) -> tuple[int, ...]:
    value = entry(dictionary, "/ByteRange")
    parts = [value[at] for at in range(min(len(value), 64))] if isinstance(value, generic.ArrayObject) else []
    if not parts or not all(isinstance(item, int) for item in parts):
        faults.append("byte-range")
        return ()
    return tuple(int(item) for item in parts)


def _contents(dictionary: Any, faults: list[str]) -> bytes:
    try:
        value = dictionary.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    except KeyError:
        faults.append("contents")
        return b""
    if not isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        faults.append("contents")
        return b""
    octets = bytes(value.original_bytes)
    if len(octets) > MAX_CONTENTS:
        faults.append("contents")
        return b""
    return octets


def _certificates(dictionary: Any) -> tuple[bytes, ...]:
    value = entry(dictionary, "/Cert")
    items = value if isinstance(value, generic.ArrayObject) else [value]
    strings = (generic.TextStringObject, generic.ByteStringObject)
    return tuple(bytes(item.original_bytes) for item in list(items)[:50] if isinstance(item, strings))


def _name(dictionary: Any, key: str) -> str | None:
    value = entry(dictionary, key)
    return str(value)[1:201] if isinstance(value, generic.NameObject) else None


def _text(dictionary: Any, key: str) -> str | None:
    value = entry(dictionary, key)
    if not isinstance(value, generic.TextStringObject):
        return None
    return "".join(one for one in str(value)[:1000] if one.isprintable())


def _docmdp_level(dictionary: Any, field: Any) -> int | None:
    """DocMDP permission of the signature itself, else of the field's lock dictionary (12.8.2.2, table 236)."""
    for reference in entry(dictionary, "/Reference") or ():
        item = reference.get_object()
        if isinstance(item, generic.DictionaryObject) and entry(item, "/TransformMethod") == "/DocMDP":
            parameters = entry(item, "/TransformParams") or {}
            level = entry(parameters, "/P", 2)
            return int(level) if level in (1, 2, 3) else 1
    lock = entry(field, "/Lock")
    level = entry(lock, "/P") if isinstance(lock, generic.DictionaryObject) else None
    return int(level) if level in (1, 2, 3) else None
