"""What changed after a signed revision, and whether the signature allows it (ISO 32000-2 12.8.2.2; EN 319 102-1 5.2.2).

pyHanko's difference analysis explains every rewritten object of every later revision or calls the revision
suspicious; hidden and replaced content is caught there, because each object that changes hands must be explained.
What it cannot see is checked here and in `rules`: octets that belong to no revision, a ByteRange that does not end
with its revision, objects that are defined only later.
"""

from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm

from validator.evidence import ByteRangeFacts, Change
from validator.pdf.fields import SignatureDictionary
from validator.pdf.reader import BoundedReader, PdfFaultError, contained, entry
from validator.pdf.rules import POLICY, check_undefined

MAX_ANALYSED = 60


def changes_after(reader: BoundedReader, item: SignatureDictionary, facts: ByteRangeFacts) -> tuple[Change, ...]:
    """All changes after the revision that `item` signs; empty when the ByteRange covers the file to its end."""
    if facts.covers_file:
        return ()
    if not facts.covers_revision:
        return (Change(category="undefined", permitted=False, detail="coverage"),)
    found: list[Change] = []
    if facts.revision == facts.revisions:
        found.append(Change(category="trailing-data", permitted=False, revision=facts.revision))
    elif trailing_data(reader):
        found.append(Change(category="trailing-data", permitted=False, revision=facts.revisions))
    for revision in range(item.revision + 1, facts.revisions):
        if revision - item.revision > MAX_ANALYSED:
            found.append(Change(category="undefined", permitted=False, revision=revision + 1, detail="not-analysed"))
            break
        found.extend(_one_revision(reader, item, revision))
    return tuple(found)


def trailing_data(reader: BoundedReader) -> bool:
    """Octets other than white space after the last end-of-file marker."""
    end = reader.octets.rfind(b"%%EOF")
    return end < 0 or bool(reader.octets[end + 5 :].strip(b"\x00\t\n\x0c\r "))


def _one_revision(reader: BoundedReader, item: SignatureDictionary, revision: int) -> list[Change]:
    try:
        with contained():
            result = _review(reader, item, revision)
            categories = _categories(reader, revision)
    except PdfFaultError as fault:
        return [Change(category="undefined", permitted=False, revision=revision + 1, detail=fault.rule)]
    if not isinstance(result, DiffResult):
        detail = ",".join(sorted(categories))
        return [Change(category=_forbidden_category(categories), permitted=False, revision=revision + 1, detail=detail)]
    permitted = item.certification_level is None or result.modification_level.value <= item.certification_level
    if result.modification_level <= ModificationLevel.LTA_UPDATES:
        permitted = True
    names = sorted(categories) or ["metadata"]
    return [Change(category=name, permitted=permitted, revision=revision + 1) for name in names]


def _review(reader: BoundedReader, item: SignatureDictionary, revision: int) -> DiffResult | SuspiciousModification:
    try:
        level = None if item.certification_level is None else MDPPerm(item.certification_level)
        old, new = reader.get_historical_resolver(item.revision), reader.get_historical_resolver(revision)
        result = POLICY.apply(old=old, new=new, field_mdp_spec=_field_lock(item), doc_mdp=level)
        check_undefined(old, new)
        return result
    except SuspiciousModification as fault:
        return fault


def _field_lock(item: SignatureDictionary) -> FieldMDPSpec | None:
    for reference in entry(item.raw, "/Reference") or ():
        transform = reference.get_object()
        if isinstance(transform, generic.DictionaryObject) and entry(transform, "/TransformMethod") == "/FieldMDP":
            return FieldMDPSpec.from_pdf_object(transform["/TransformParams"])
    lock = entry(item.field, "/Lock")
    return FieldMDPSpec.from_pdf_object(lock) if isinstance(lock, generic.DictionaryObject) else None


def _forbidden_category(categories: set[str]) -> str:
    for name in ("content", "annotation", "form"):
        if name in categories:
            return name
    return "content"


def _categories(reader: BoundedReader, revision: int) -> set[str]:
    """Words for what a revision wrote, from the objects themselves; they inform and never decide."""
    resolver = reader.get_historical_resolver(revision)
    found = (_category(resolver(reference)) for reference in resolver.explicit_refs_in_revision())
    return {name for name in found if name}


def _category(value: Any) -> str | None:
    if isinstance(value, generic.StreamObject):
        return _stream_category(value)
    if not isinstance(value, generic.DictionaryObject):
        return None
    kind = entry(value, "/Type")
    if kind == "/DocTimeStamp":
        return "time-stamp"
    if kind == "/Sig" or "/ByteRange" in value:
        return "signature"
    if kind in ("/DSS", "/VRI") or "/Certs" in value or "/Cert" in value:
        return "dss"
    if kind == "/Pages":
        return "content"
    if "/FT" in value:
        return "signature" if entry(value, "/FT") == "/Sig" else "form"
    return "annotation" if kind == "/Annot" or ("/Subtype" in value and "/Rect" in value) else None


def _stream_category(value: Any) -> str | None:
    return "metadata" if entry(value, "/Type") == "/Metadata" else None
