"""`trustspace validate --replay`: is a report still what its evidence gives, and is its seal unbroken?"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from ops.platform.clock import SystemClock
from validator.errors import EvidenceError, HoldingsUnreadableError
from validator.evidence import Evidence, TrustMode, import_evidence, time_text
from validator.gather import AnchorInput, Source, read_source
from validator.judge import SignatureVerdict
from validator.report.replay import ReadReport, Replayed, ReportForm, read_report, replay_report
from validator.report.safe_text import shown
from validator.service import ValidationRequest, validate

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """Which report, where its evidence is when it does not carry it, where its policy is when that was a file, and the
    anchors under which its seal is to be trusted; without any, only whether the seal is unbroken is asked."""

    report: str
    evidence: Path | None = None
    holdings: str | None = None
    policy: str | None = None
    anchors: tuple[str, ...] = ()


def run_replay(options: ReplayOptions, as_json: bool) -> int:
    """Print what was found; 0 when the report is the same and no seal is broken, else 1. Raises for what cannot be
    read: report, evidence, holdings, policy."""
    source = read_source(options.report)
    read = read_report(source.octets)
    found = replay_report(read, _evidence(options, read), options.policy)
    seals = list(_seals(options, source, read))
    row = _row(source, read, found, seals)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    else:
        typer.echo("\n".join(_told(row)))
    return 0 if row["same"] and all(item["good"] for item in seals) else 1


def _row(source: Source, read: ReadReport, found: Replayed, seals: list[Json]) -> Json:
    return {
        "report": source.name,
        "form": str(read.form),
        "same": found.same,
        "differences": [asdict(item) for item in found.differences],
        "seals": seals,
        "evidence": read.pinned["evidence"],
        "policy": read.pinned["policy"],
        "at": time_text(read.at),
        "otherMaker": found.other_maker,
    }


def _told(row: Json) -> Iterator[str]:
    yield f"{shown(row['report'])}: {'same' if row['same'] else 'different'}"
    for item in row["differences"]:
        yield f"  {item['field']}: the report states {item['stated']!r}, now it is {item['found']!r}"
    if row["otherMaker"] is not None:
        yield f"  made by {shown(row['otherMaker'])}, so its pages were not compared octet by octet"
    for item in row["seals"]:
        state = "unbroken" if item["intact"] else "BROKEN"
        yield f"  seal of {shown(item['by'] or 'nobody that is known')}: {state}, {item['indication']}"
    if not row["seals"]:
        yield "  no seal"
    yield f"  evidence {row['evidence']}, policy {shown(row['policy'])}, at {row['at']}"


# --- the evidence ------------------------------------------------------------------------------------------------


def _evidence(options: ReplayOptions, read: ReadReport) -> Evidence | None:
    if options.evidence is not None:
        return import_evidence(read_source(str(options.evidence)).octets)
    return _kept(options.holdings, read.pinned["evidence"]) if options.holdings is not None else None


def _kept(place: str, identity: str) -> Evidence:
    # Imported when needed: tables cost half a second that most replays have no use for.
    from validator.holdings import Held, open_holdings

    if "://" not in place and not Path(place).is_file():
        raise HoldingsUnreadableError(f"There are no holdings at {place}.")
    holdings = open_holdings(place)
    try:
        found = holdings.find(identity)
    finally:
        holdings.close()
    if not isinstance(found, Held):
        fault = "is damaged there" if found is not None else "is not kept there"
        raise EvidenceError(f"The evidence {identity} {fault}.", next_step="Give it with --evidence FILE.")
    return found.evidence


# --- the seal ----------------------------------------------------------------------------------------------------


def _seals(options: ReplayOptions, source: Source, read: ReadReport) -> Iterator[Json]:
    """The signatures over the report: inside a PDF, in the file beside it otherwise."""
    document = source
    detached: tuple[Source, ...] = ()
    if read.form is not ReportForm.PDF:
        beside = Path(f"{options.report}.p7s")
        if not beside.is_file():
            return
        document, detached = read_source(str(beside)), (source,)
    request = ValidationRequest(
        document=document,
        detached=detached,
        anchors=tuple(AnchorInput(source=read_source(item)) for item in options.anchors),
        mode=TrustMode.GIVEN if options.anchors else TrustMode.NONE,
    )
    for item in validate(request, SystemClock()).verdict.signatures:
        yield _seal(item, trusted=bool(options.anchors))


def _seal(item: SignatureVerdict, *, trusted: bool) -> Json:
    intact = item.intact and item.digests_intact and not any(not change.permitted for change in item.changes)
    return {
        "by": item.signer.name if item.signer else None,
        "certificate": item.signer.certificate if item.signer else None,
        "intact": intact,
        "indication": str(item.indication),
        "time": time_text(item.best_signature_time) if item.best_signature_time else None,
        "good": intact and (not trusted or item.indication == "TOTAL-PASSED"),
    }
