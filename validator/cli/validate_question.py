"""Turns one line of a batch, or the options of one call, into a ValidationRequest (the interface of `validate`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.times import utc_time
from policies.vocabulary import DocumentKind, PartyKind
from validator.errors import BatchLineError, OptionError
from validator.evidence import TrustMode
from validator.gather import AnchorInput, Source, read_source
from validator.recognise import RecognitionContext
from validator.service import ValidationRequest

_LISTS = ("detached", "anchors", "certs", "crls", "ocsps", "trustLists")
_TEXTS = ("file", "at", "forum", "policy", "trust", "relying", "document", "signer")
_SWITCHES = ("offline", "contract")
_KNOWN = frozenset(("id", "forums", *_TEXTS, *_SWITCHES, *_LISTS))


@dataclass(frozen=True, slots=True)
class Question:
    """One file to validate: its id in the answer, the request, and whether fetching is allowed."""

    id: str
    request: ValidationRequest
    offline: bool


def question(row: object) -> Question:
    """The question that a batch line asks; reads the files it names.

    Raises BatchLineError for a line that is not as the interface says, DocumentUnreadableError for a file.
    """
    if not isinstance(row, dict):
        raise BatchLineError("A line is not a JSON object.")
    unknown = sorted(set(row) - _KNOWN)
    if unknown:
        raise BatchLineError(f"Unknown members: {', '.join(unknown)}.")
    if row.get("file") is None:
        raise BatchLineError("The member file is missing.")
    _of_kind(row, _TEXTS, str, "text")
    _of_kind(row, _SWITCHES, bool, "true or false")
    lists = {name: _strings(row, name) for name in _LISTS}
    anchors = tuple(AnchorInput(source=item) for item in _sources(lists["anchors"]))
    request = ValidationRequest(
        document=read_source(row["file"]),
        detached=_sources(lists["detached"]),
        anchors=anchors,
        certificates=_sources(lists["certs"]),
        crls=_sources(lists["crls"]),
        ocsps=_sources(lists["ocsps"]),
        trust_lists=_sources(lists["trustLists"]),
        mode=_choice(TrustMode, row, "trust") or TrustMode.GIVEN,
        at=moment(row["at"]) if row.get("at") else None,
        forums=_forums(row),
        policy=str(row.get("policy") or "default"),
        context=_context(row),
    )
    return Question(str(row.get("id", "")), request, bool(row.get("offline", False)))


def moment(text: object) -> datetime:
    """An ISO 8601 time; without a zone it is UTC. Raises OptionError."""
    try:
        return utc_time(str(text))
    except ValueError:
        wrong = f"The time {str(text)[:60]!r} is not one that ISO 8601 and the calendar know."
        raise OptionError(wrong, next_step="Write 2026-01-31T12:00:00Z.") from None


def _of_kind(row: dict[str, Any], names: tuple[str, ...], kind: type, words: str) -> None:
    # `"offline": "no"` must not be taken for a yes, nor a list for the name of a policy.
    for name in names:
        if row.get(name) is not None and not isinstance(row[name], kind):
            raise BatchLineError(f"The member {name} must be {words}.")


def _strings(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BatchLineError(f"The member {name} must be a list of paths.")
    return tuple(value)


def _sources(paths: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(read_source(path) for path in paths)


def _forums(row: dict[str, Any]) -> tuple[str, ...]:
    one = (str(row["forum"]),) if row.get("forum") else ()
    return (*one, *_strings(row, "forums"))


def _choice(kind: Any, row: dict[str, Any], name: str) -> Any:
    if not row.get(name):
        return None
    try:
        return kind(row[name])
    except ValueError:
        known = ", ".join(item.value for item in kind)
        raise OptionError(
            f"{str(row[name])[:60]!r} is no known value of {name}.", next_step=f"Choose one of: {known}."
        ) from None


def _context(row: dict[str, Any]) -> RecognitionContext:
    return RecognitionContext(
        relying=_choice(PartyKind, row, "relying"),
        document=_choice(DocumentKind, row, "document"),
        signer=_choice(PartyKind, row, "signer"),
        contract=bool(row.get("contract", False)),
    )
