"""`trustspace validate --rejudge HOLDINGS`: kept Evidences judged again under what has changed, on all cores."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from policies.errors import TrustspaceError
from policies.reasons import sentence
from validator.cli.path_batch import settle_collector
from validator.cli.validate_batch import answers
from validator.cli.validate_question import moment
from validator.errors import HoldingsUnreadableError, OptionError
from validator.evidence.codec import plain, time_text
from validator.gather import read_source
from validator.gather.trust import certificates
from validator.holdings import Damaged, Holdings, Outcome, open_holdings
from validator.rejudging import Change, Incident, NewAnchor, Rejudged, rejudge_one

Json = dict[str, Any]
PER_TASK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class RejudgeOptions:
    """What `--rejudge` was called with, as text. `incidents` are `SHA256@TIME` or `SHA256@TIME#SOURCE`, or the path of
    a file with one such line for each; `anchors` paths, perhaps with `CC=` before them; `without` SHA-256 names."""

    holdings: str
    policy: str | None = None
    at: str | None = None
    forums: tuple[str, ...] | None = None
    incidents: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def rejudgements(options: RejudgeOptions) -> Iterator[Json]:
    """One JSON object for each verdict that is different now, in order of the Evidences' identities, and a last one
    with `summary`: how many were judged, how many changed from what to what, how many could not be read.

    Raises HoldingsUnreadableError, OptionError and the errors of a database before the first.
    """
    change_of(options)
    if "://" not in options.holdings and not Path(options.holdings).is_file():
        raise HoldingsUnreadableError(f"There are no holdings at {options.holdings}.")
    ranges = open_holdings(options.holdings).boundaries(PER_TASK)
    tasks = (json.dumps({"id": first, "end": end, "options": asdict(options)}) for first, end in ranges)
    counts: dict[str, int] = {}
    judged = changed = 0
    failures: list[Json] = []
    for text in answers(tasks, _work):
        part = json.loads(text)
        failures += [*part.get("damaged", ()), *([part["error"]] if "error" in part else ())]
        judged += part.get("judged", 0)
        for row in part.get("changed", ()):
            changed += 1
            step = f"{_short(row['before'])} → {_short(row['after'])}"
            counts[step] = counts.get(step, 0) + 1
            yield row
    yield {"summary": {"judged": judged, "changed": changed, "steps": counts, "failures": failures}}


def _short(outcome: Json) -> str:
    sub = outcome.get("subIndication")
    return f"{outcome['indication']}/{sub}" if sub else str(outcome["indication"])


def change_of(options: RejudgeOptions) -> Change:
    """The change that the options describe. Raises OptionError, DocumentUnreadableError, TrustMaterialError."""
    return Change(
        policy=options.policy,
        at=moment(options.at) if options.at else None,
        forums=options.forums,
        incidents=tuple(item for text in options.incidents for item in _incidents(text)),
        anchors=tuple(item for text in options.anchors for item in _anchors(text)),
        without=frozenset(_name(item) for item in options.without),
    )


def _incidents(text: str) -> Iterator[Incident]:
    if not _is_file(text):
        yield _incident(text)
        return
    try:
        lines = read_source(text).octets.decode("utf-8").splitlines()
    except UnicodeDecodeError as fault:
        raise OptionError(
            f"{text[:80]!r} is not a list of incidents: it is not UTF-8 text.",
            next_step="Write one SHA256@TIME in each line, perhaps with #SOURCE.",
        ) from fault
    for line in lines:
        if line.strip() and not line.startswith("#"):
            yield _incident(line.strip())


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except OSError:
        # An incident with a long source is longer than the name of a file can be.
        return False


def _incident(text: str) -> Incident:
    name, found, rest = text.partition("@")
    if not found:
        raise OptionError(
            f"{text[:80]!r} is not an incident.",
            next_step="Write SHA256@TIME, where SHA256 names a certificate or a public key, perhaps with #SOURCE.",
        )
    when, _, source = rest.partition("#")
    return Incident(name=_name(name), since=moment(when), source=source.strip() or "assumed")


def _name(text: str) -> str:
    name = text.strip().lower().replace(":", "")
    if len(name) != 64 or not all(character in "0123456789abcdef" for character in name):
        raise OptionError(
            f"{text[:80]!r} is not the SHA-256 of a certificate or key.",
            next_step="Write the 64 hexadecimal digits; colons between them are allowed.",
        )
    return name


def _anchors(text: str) -> Iterator[NewAnchor]:
    territory, found, path = text.partition("=")
    if not found or len(territory) != 2:
        territory, path = "", text
    source = read_source(path)
    for der in certificates(source):
        yield NewAnchor(der=der, source=source.name, territory=territory.upper() or None)


def run_rejudge(options: RejudgeOptions, as_json: bool) -> int:
    """Print what is different now, as lines of JSON or as a table. 0 when nothing is, 1 when something is, 2 when a
    part of the holdings could not be judged."""
    summary: Json = {}
    for row in rejudgements(options):
        summary = row.get("summary") or {}
        print(json.dumps(row, ensure_ascii=False) if as_json else _told(row), flush=True)  # noqa: T201 - the answer
    return 2 if summary["failures"] else 1 if summary["changed"] else 0


def _told(row: Json) -> str:
    summary = row.get("summary")
    if summary is None:
        decisions = zip(row["before"]["recognition"], row["after"]["recognition"], strict=False)
        moved = [
            f"  {after['forum']}: {before['decision']} → {after['decision']}"
            for before, after in decisions
            if before["decision"] != after["decision"]
        ]
        head = f"{row['name']}: {_short(row['before'])} → {_short(row['after'])}"
        return "\n".join((head, *moved, *(f"  {item['sentence']}" for item in row["reasons"])))
    lines = [f"{summary['judged']} judged again, {summary['changed']} changed"]
    lines += [f"  {count:>8}  {step}" for step, count in sorted(summary["steps"].items())]
    lines += [
        f"not judged: {item.get('name', item.get('from', ''))}: {item['message']}" for item in summary["failures"]
    ]
    return "\n".join(lines)


# --- in a working process ------------------------------------------------------------------------------------------


def _work(text: str) -> str:
    """One range of identities; never raises."""
    task = json.loads(text)
    try:
        options = RejudgeOptions(**{name: _tuples(value) for name, value in task["options"].items()})
        return json.dumps(_range(options, task["id"], task["end"]), ensure_ascii=False)
    except TrustspaceError as error:
        return json.dumps({"error": error.as_dict() | {"from": task["id"]}}, ensure_ascii=False)


def _range(options: RejudgeOptions, first: str, end: str | None) -> Json:
    change = _change(options)
    judged = 0
    changed: list[Json] = []
    damaged: list[Json] = []
    for held in _opened(options.holdings).read(first, end):
        if isinstance(held, Damaged):
            damaged.append({"evidence": held.identity, "name": held.name, "message": held.fault})
            continue
        judged += 1
        row = rejudge_one(held, change)
        if row.changed:
            changed.append(_row(row))
    return {"judged": judged, "changed": changed, "damaged": damaged}


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@lru_cache(maxsize=4)
def _opened(holdings: str) -> Holdings:
    settle_collector()
    return open_holdings(holdings)


@lru_cache(maxsize=4)
def _change(options: RejudgeOptions) -> Change:
    return change_of(options)


def _row(row: Rejudged) -> Json:
    return {
        "evidence": row.identity,
        "name": row.name,
        "before": _outcome(row.before),
        "after": _outcome(row.after),
        "reasons": [
            {"code": item.code, "params": dict(item.params), "sentence": sentence(item)} for item in row.reasons
        ],
    }


def _outcome(outcome: Outcome) -> Json:
    return {
        "policy": outcome.policy,
        "at": time_text(outcome.at),
        "indication": outcome.indication,
        "subIndication": outcome.sub_indication,
        "parts": [plain(item) for item in outcome.parts],
        "recognition": [plain(item) for item in outcome.recognitions],
    }
