"""The JSON form of TS 119 322 (`SecuritySuitabilityPolicy`, schema http://uri.etsi.org/19322/algoCatSchema)."""

import json
from collections.abc import Mapping
from typing import Any

from policies.algorithms.ts119322.model import (
    MAX_ALGORITHMS,
    MAX_EVALUATIONS,
    MAX_IDENTIFIERS,
    MAX_OCTETS,
    Evaluation,
    ListedAlgorithm,
    SuitabilityPolicy,
    UnreadableSuiteError,
    day,
    least_size,
    moment,
)

ROOT = "SecuritySuitabilityPolicy"
# An older edition of the published file was rooted in the name of the type.
_ROOTS = (ROOT, f"{ROOT}Type")
_OWN = "trustspace"


def read_json(octets: bytes) -> SuitabilityPolicy:
    """The table in `octets` (UTF-8 JSON). Raises UnreadableSuiteError."""
    if len(octets) > MAX_OCTETS:
        raise UnreadableSuiteError(f"A table of more than {MAX_OCTETS} octets is not read.")
    try:
        document = json.loads(octets.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableSuiteError("This is not a JSON document.") from None
    found = [document[name] for name in _ROOTS if isinstance(document, dict) and name in document]
    if len(found) != 1 or not isinstance(found[0], dict):
        raise UnreadableSuiteError(f"The JSON document has no member {ROOT}.")
    return _suite(found[0])


def _suite(table: Mapping[str, Any]) -> SuitabilityPolicy:
    algorithms = _list(table, "Algorithm", MAX_ALGORITHMS)
    if not algorithms:
        raise UnreadableSuiteError("The table lists no algorithm.")
    following = table.get("NextUpdate")
    return SuitabilityPolicy(
        name=_text(_object(table, "PolicyName"), "Name"),
        publisher=_text(_object(table, "Publisher"), "Name"),
        issued=moment(table.get("PolicyIssueDate"), "PolicyIssueDate"),
        next_update=None if following is None else moment(following, "NextUpdate"),
        usage=_text(table, "Usage") if "Usage" in table else "",
        algorithms=tuple(_algorithm(item) for item in algorithms),
        signed="Signature" in table,
    )


def _algorithm(row: Any) -> ListedAlgorithm:
    identifier = _object(_mapping(row, "Algorithm"), "AlgorithmIdentifier")
    evaluations = _list(row, "Evaluation", MAX_EVALUATIONS)
    if not evaluations:
        raise UnreadableSuiteError("An algorithm has no evaluation.")
    information = row.get("Information")
    return ListedAlgorithm(
        name=_text(identifier, "Name"),
        oids=_texts(identifier, "ObjectIdentifier"),
        uris=_texts(identifier, "URI"),
        evaluations=tuple(_evaluation(item) for item in evaluations),
        remarks=() if information is None else _texts(_mapping(information, "Information"), "Text"),
    )


def _evaluation(row: Any) -> Evaluation:
    validity = _object(_mapping(row, "Evaluation"), "Validity")
    recommendation = row.get("Recommendation")
    if recommendation not in (None, "L", "R"):
        raise UnreadableSuiteError("A recommendation is neither L nor R.")
    minimum, parameter = _minimum(row)
    return Evaluation(
        minimum=minimum,
        parameter=parameter,
        start=day(validity.get("Start")),
        end=day(validity.get("End")),
        legacy=None if recommendation is None else recommendation == "L",
        own=_own(row.get("Any")),
    )


def _minimum(row: Mapping[str, Any]) -> tuple[int | None, str]:
    listed = (_mapping(item, "Parameter") for item in _list(row, "Parameter", MAX_EVALUATIONS))
    return least_size((_text(item, "name"), item.get("Min"), "Max" in item) for item in listed)


def _own(value: Any) -> Mapping[str, str] | None:
    if not isinstance(value, dict) or not isinstance(value.get(_OWN), dict):
        return None
    own: dict[str, str] = value[_OWN]
    if not all(isinstance(name, str) and isinstance(text, str) for name, text in own.items()):
        raise UnreadableSuiteError("An addition to an evaluation is not made of texts.")
    return own


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableSuiteError(f"The member {name} is not an object.")
    return value


def _object(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(row.get(name), name)


def _list(row: Mapping[str, Any], name: str, most: int) -> list[Any]:
    found = row.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise UnreadableSuiteError(f"The member {name} is not a list of at most {most}.")
    return found


def _text(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise UnreadableSuiteError(f"The member {name} is not a text.")
    return found


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """One text or a list of them; none when the member is absent or empty."""
    found = row.get(name, [])
    listed = [found] if isinstance(found, str) else found
    if (
        not isinstance(listed, list)
        or len(listed) > MAX_IDENTIFIERS
        or not all(isinstance(item, str) for item in listed)
    ):
        raise UnreadableSuiteError(f"The member {name} is neither a text nor a list of texts.")
    return tuple(item.strip() for item in listed if item.strip())


def write_json(suite: SuitabilityPolicy) -> bytes:
    """The JSON document, UTF-8, indented by two, always the same octets for the same table."""
    table: dict[str, Any] = {
        "PolicyName": {"Name": suite.name},
        "Publisher": {"Name": suite.publisher},
        "PolicyIssueDate": suite.issued.isoformat(),
    }
    if suite.next_update is not None:
        table["NextUpdate"] = suite.next_update.isoformat()
    if suite.usage:
        table["Usage"] = suite.usage
    table |= {"Algorithm": [_write_algorithm(item) for item in suite.algorithms], "version": "1", "lang": "en"}
    return json.dumps({ROOT: table}, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def _write_algorithm(item: ListedAlgorithm) -> dict[str, Any]:
    """The schema of the JSON form admits one identifier of each kind; the first is the one to write."""
    identifier = {"Name": item.name, "ObjectIdentifier": item.oids[0] if item.oids else ""}
    if item.uris:
        identifier["URI"] = item.uris[0]
    row: dict[str, Any] = {
        "AlgorithmIdentifier": identifier,
        "Evaluation": [_write_evaluation(entry) for entry in item.evaluations],
    }
    if item.remarks:
        row["Information"] = {"Text": list(item.remarks)}
    return row


def _write_evaluation(entry: Evaluation) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if entry.minimum is not None:
        row["Parameter"] = [{"name": entry.parameter, "Min": entry.minimum}]
    bounds = {"Start": entry.start, "End": entry.end}
    row["Validity"] = {name: bound.isoformat() for name, bound in bounds.items() if bound is not None}
    if entry.legacy is not None:
        row["Recommendation"] = "L" if entry.legacy else "R"
    if entry.own:
        row["Any"] = {_OWN: dict(entry.own)}
    return row
