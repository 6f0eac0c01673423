"""Reads a report back, whichever form it has: what it states, and what has to be judged again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lxml import etree

from policies.recognition import Mechanism
from policies.vocabulary import DocumentKind, PartyKind
from validator.errors import EvidenceError, ReportUnreadableError
from validator.evidence import Evidence, import_evidence
from validator.evidence.codec import from_plain
from validator.pdf.attachments import attached_files, keywords
from validator.pdf.header import looks_like_pdf
from validator.pdf.reader import PdfFaultError, open_pdf
from validator.report.content import FORMAT, VERSION, AskedRow
from validator.report.etsi.names import NAMESPACE, OWN, TSL
from validator.report.pdf import ATTACHED_EVIDENCE, ATTACHED_REPORT, ATTACHED_XML
from validator.report.pdf.render import MAX_ATTACHED

Json = dict[str, Any]
MAX_REPORT = 2 * MAX_ATTACHED
MAX_ASKED = 10_000
_PINNED = ("evidence", "policy", "policyHash", "instruments", "at", "verdict", "maker")


class ReportForm(StrEnum):
    """The forms that can be replayed."""

    PDF = "pdf"
    XML = "xml"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """A report that was read. `pinned` are the members of its `replay` but what was asked; `json`, `xml` and `pages`
    what it states in each form that it has; `languages` those of its pages; `certificate` that of the seal it names."""

    form: ReportForm
    identifier: str
    pinned: Mapping[str, str]
    at: datetime
    asked: tuple[AskedRow, ...] = ()
    notices: tuple[str, ...] = ()
    evidence: Evidence | None = None
    json: Json | None = None
    xml: bytes | None = field(default=None, repr=False)
    pages: bytes | None = field(default=None, repr=False)
    languages: tuple[str, ...] = ()
    certificate: bytes | None = None


def read_report(octets: bytes) -> ReadReport:
    """The report in a file. Raises ReportUnreadableError for anything else, and where its own evidence is not whole."""
    if len(octets) > MAX_REPORT:
        raise ReportUnreadableError(f"The report is larger than {MAX_REPORT // 2**20} MiB.")
    try:
        if looks_like_pdf(octets):
            return _read_pdf(octets)
        return _read_xml(octets) if octets.lstrip()[:1] == b"<" else _read_json(octets, ReportForm.JSON)
    except EvidenceError as error:
        raise ReportUnreadableError(f"A part of the report cannot be read: {error.sentence}") from error
    except PdfFaultError as fault:
        raise ReportUnreadableError(f"The file is no PDF that can be read ({fault.rule}).") from fault
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, etree.XMLSyntaxError) as fault:
        raise ReportUnreadableError("The file is not a report of this software, or a part of it is missing.") from fault


def _read_pdf(octets: bytes) -> ReadReport:
    reader = open_pdf(octets)
    files = attached_files(reader, MAX_ATTACHED)
    if not {ATTACHED_REPORT, ATTACHED_XML, ATTACHED_EVIDENCE} <= files.keys():
        raise ReportUnreadableError("The PDF has no report for machines and no evidence attached.")
    machine = _read_json(files[ATTACHED_REPORT], ReportForm.PDF)
    written = _read_xml(files[ATTACHED_XML])
    return ReadReport(
        form=ReportForm.PDF,
        identifier=machine.identifier,
        pinned=machine.pinned,
        at=machine.at,
        asked=machine.asked,
        notices=machine.notices,
        evidence=import_evidence(files[ATTACHED_EVIDENCE]),
        json=machine.json,
        xml=written.xml,
        pages=octets,
        languages=tuple(item.strip() for item in keywords(reader).split(",") if item.strip())[:2],
        certificate=written.certificate,
    )


def _read_json(octets: bytes, form: ReportForm) -> ReadReport:
    stated = json.loads(octets)
    if stated["format"] != FORMAT:
        raise ValueError("format")
    if stated["version"] != VERSION:
        raise ReportUnreadableError(
            f"The report has version {stated['version']!r}; this software reads {VERSION}.",
            next_step="Use the version of the software that made it.",
        )
    pinned = stated["replay"]
    return ReadReport(
        form=form,
        identifier=_text(stated["id"]),
        pinned={name: _text(pinned[name]) for name in _PINNED},
        at=_moment(pinned["at"]),
        asked=tuple(map(_asked, pinned["asked"][:MAX_ASKED])),
        notices=tuple(map(_text, stated["notices"])),
        json=stated,
    )


def _read_xml(octets: bytes) -> ReadReport:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(octets, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type")
    pinned = root.find(f"{{{NAMESPACE}}}SignatureValidationReport//{{{OWN}}}Replay")
    asked = [json.loads(item.text) for item in pinned.findall(f"{{{OWN}}}Asked")[:MAX_ASKED]]
    certificate = root.findtext(f"{{{NAMESPACE}}}SignatureValidator//{{{TSL}}}X509Certificate")
    return ReadReport(
        form=ReportForm.XML,
        identifier=_text(pinned.get("identifier")),
        pinned={name: _text(pinned.get(name)) for name in _PINNED},
        at=_moment(pinned.get("at")),
        asked=tuple(map(_asked, asked)),
        notices=tuple(item.text or "" for item in pinned.findall(f"{{{OWN}}}Notice")),
        xml=octets,
        certificate=from_plain(bytes, certificate) if certificate else None,
    )


def _asked(row: Json) -> AskedRow:
    return AskedRow(
        signature=_text(row["signature"]),
        forum=_text(row["forum"]),
        evaluation_time=_moment(row["evaluationTime"]),
        signer=PartyKind(row["signer"]) if row["signer"] else None,
        relying=PartyKind(row["relying"]) if row["relying"] else None,
        document=DocumentKind(row["document"]) if row["document"] else None,
        mechanisms=tuple(map(Mechanism, row["mechanisms"])),
        admit_illustrative=row["admitIllustrative"] is True,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _moment(text: object) -> datetime:
    found = datetime.fromisoformat(_text(text))
    if found.tzinfo is None:
        raise ValueError("a time without zone")
    return found
