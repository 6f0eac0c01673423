"""Rules about the form of a signature (block FC; EN 319 102-1 5.2.2)."""

from collections.abc import Callable, Mapping
from itertools import pairwise

from policies.reasons import Reason, definition
from policies.vocabulary import Severity
from validator.evidence import ByteRangeFacts
from validator.judge.rules.found import HOLDS, Reasons, accepted, listed
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import SignatureSubject


def _structure_remarks(subject: SignatureSubject, setting: Setting) -> Reasons:
    found = (*subject.signature.structure, *subject.signature.remarks)
    return tuple(item for item in found if definition(item.code).severity is Severity.WARNING)


def _form(found: str | None, setting: Setting) -> Reasons:
    wanted = setting.texts()
    if found is None or accepted((found,), wanted):
        return HOLDS
    return (Reason.of("TS-RULE-FORM", found=found, wanted=listed(wanted)),)


def _signature_format(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _form(subject.signature.format, setting)


def _sub_format(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _form(subject.signature.sub_format, setting)


def _packaging(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _form(subject.signature.packaging, setting)


def _container(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _form(subject.evidence.container, setting)


def _signature_unique(subject: SignatureSubject, setting: Setting) -> Reasons:
    own = subject.signature
    same = [item for item in subject.evidence.signatures if item.value_sha256 == own.value_sha256]
    return (Reason.of("TS-RULE-SIGNATURE-REPEATED"),) if own.value_sha256 and len(same) > 1 else HOLDS


def _byte_range_overlap(subject: SignatureSubject, setting: Setting) -> Reasons:
    own = subject.signature.byte_range
    if own is None:
        return HOLDS
    for other in subject.evidence.signatures:
        if other.id != subject.signature.id and other.byte_range and _cut(own, other.byte_range):
            return (Reason.of("TS-RULE-PDF-OVERLAP", signature=other.id),)
    return HOLDS


def _gaps(facts: ByteRangeFacts) -> list[tuple[int, int]]:
    """What a ByteRange leaves out, as (first octet, first octet after)."""
    return [(one[0] + one[1], two[0]) for one, two in pairwise(sorted(facts.ranges))]


def _cut(one: ByteRangeFacts, other: ByteRangeFacts) -> bool:
    """Two signatures leave out places that overlap: one hides in the gap of the other."""
    return any(a < d and c < b for a, b in _gaps(one) for c, d in _gaps(other))


def _covers_revision(subject: SignatureSubject, setting: Setting) -> Reasons:
    facts = subject.signature.byte_range
    return HOLDS if facts is None or facts.covers_revision else (Reason.of("TS-RULE-PDF-COVERAGE", part="revision"),)


def _covers_file(subject: SignatureSubject, setting: Setting) -> Reasons:
    facts = subject.signature.byte_range
    return HOLDS if facts is None or facts.covers_file else (Reason.of("TS-RULE-PDF-COVERAGE", part="file"),)


def _change_undefined(subject: SignatureSubject, setting: Setting) -> Reasons:
    found = {item.category for item in subject.signature.changes if not item.permitted} & UNDEFINED
    return (Reason.of("TS-PDF-CHANGED", categories=listed(found)),) if found else HOLDS


UNDEFINED = frozenset(("undefined",))
"""Changes that the difference analysis cannot explain: how much they weigh is the policy's."""


def _extended(subject: SignatureSubject, setting: Setting) -> Reasons:
    found = {item.category for item in subject.signature.changes} & set(setting.texts())
    return (Reason.of("TS-RULE-PDF-EXTENDED", categories=listed(found)),) if found else HOLDS


def _certification(subject: SignatureSubject, setting: Setting) -> Reasons:
    level = subject.signature.certification_level
    return _form(None if level is None else str(level), setting)


CHECKS: Mapping[str, Callable[[SignatureSubject, Setting], Reasons]] = {
    "structure_remarks": _structure_remarks,
    "signature_format": _signature_format,
    "sub_format": _sub_format,
    "packaging": _packaging,
    "container": _container,
    "signature_unique": _signature_unique,
    "byte_range_overlap": _byte_range_overlap,
    "covers_revision": _covers_revision,
    "covers_file": _covers_file,
    "change_undefined": _change_undefined,
    "extended": _extended,
    "certification": _certification,
}
