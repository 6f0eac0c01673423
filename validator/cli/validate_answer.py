"""Answers one question of a batch as a JSON object: an answer for every line, whatever happens to it."""

import json
from dataclasses import replace
from typing import Any

from ops.platform.clock import SystemClock
from ops.platform.fetch import Fetcher
from ops.platform.settings import Settings
from policies.errors import TrustspaceError
from validator.cli.keep import keep_result
from validator.cli.validate_question import Question, question
from validator.errors import BatchLineError
from validator.report.line import answer_line
from validator.service import ValidationResult, validate

Json = dict[str, Any]
GOOD = frozenset(("TOTAL-PASSED", "PASSED"))
MAX_LINE = 1024 * 1024


def is_overlong(line: str) -> bool:
    """Whether the line was cut where reading stops; what is left of it may look like another question."""
    return len(line) >= MAX_LINE and not line.endswith("\n")


def answer_text(line: str, keep: str | None = None) -> str:
    """The answer to one line of JSON, as one line of JSON. Never raises."""
    return one_line(answer(line, keep))


def one_line(row: Json) -> str:
    """One line of JSON that can be written as UTF-8 whatever the question put into it."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can escape and UTF-8 cannot hold (RFC 8259 8.2).
        return json.dumps(row, separators=(",", ":"))
    return text


def answer(line: str, keep: str | None = None) -> Json:
    """The answer to one line of JSON; its Evidence is kept in the holdings `keep` first, where they are named.

    Never raises: a fault of the line or of this software is an answer too.
    """
    identifier = ""
    try:
        if is_overlong(line):
            raise BatchLineError(f"The line is longer than {MAX_LINE // 2**20} MiB.")
        row = json.loads(line)
        identifier = str(row.get("id", "")) if isinstance(row, dict) else ""
        asked = question(row)
        found = run(asked)
        if keep is not None:
            keep_result(keep, asked, found)
        return answer_line(asked.id, found.verdict, found.recognitions)
    except TrustspaceError as error:
        return unanswered(identifier, error)
    except (ValueError, RecursionError):
        return unanswered(identifier, BatchLineError("The line is not JSON."))
    except MemoryError:
        return unanswered(identifier, TrustspaceError("The file needs too much memory.", code="TS-DOC-TOO-COMPLEX"))
    except Exception as error:  # noqa: BLE001 - every line gets an answer
        return unanswered(identifier, TrustspaceError(f"Unexpected {type(error).__name__}.", code="TS-INTERNAL"))


def run(asked: Question) -> ValidationResult:
    """Validate; online only when the question allows it. Raises what `validate` raises."""
    request = asked.request if asked.offline else replace(asked.request, fetch=fetcher())
    return validate(request)


def fetcher() -> Fetcher:
    """The guarded client as the settings say."""
    return Settings().open_fetcher(SystemClock())


def unanswered(identifier: str, error: TrustspaceError) -> Json:
    """A line for a question that could not be put or finished: nothing is known, so nothing is decided."""
    return {
        "id": identifier,
        "indication": "INDETERMINATE",
        "subIndication": "SIGNED_DATA_NOT_FOUND",
        "signatures": [],
        "timestamps": [],
        "evidenceRecords": [],
        "recognition": [],
        "reasons": [],
        "error": error.as_dict(),
    }
