"""`trustspace path --batch`: JSON lines in and out, in order, each answer flushed before the next line is read."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import IO, NoReturn, TextIO

from policies.reasons import Reason
from validator.cli.path_question import QuestionError, Unreadable, answer_line, question, refusal_line
from validator.path.budget import BudgetExceededError
from validator.path.engine import build_path

MAX_LINE_OCTETS = 1_000_000_000
MAX_VALUES = 500_000
"""What separates JSON values is counted, because reading some millions of them would take a second."""
READING_SECONDS = 0.6
"""Processor time after which no further certificate, CRL or OCSP response of a question is read."""


def run_batch(source: str, out: TextIO, now: Callable[[], datetime]) -> bool:
    """Answer every line of the file `source` (`-`: standard input) on `out`; True when all paths were valid.

    Raises QuestionError when the file itself cannot be opened.
    """
    settle_collector()
    if source == "-":
        return _answer_all(sys.stdin.buffer, out, now)
    try:
        with Path(source).open("rb") as lines:
            return _answer_all(lines, out, now)
    except OSError as error:
        raise QuestionError(f"The file {source!r} cannot be read.") from error


def settle_collector() -> None:
    """Make the cycle collector rare: certificates and evidence are frozen values without cycles, kept by the thousand,
    and walking them again and again would cost a fifth of every answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _answer_all(lines: IO[bytes], out: TextIO, now: Callable[[], datetime]) -> bool:
    good = True
    for line in _lines(lines):
        answer = answer_text(line, now)
        out.write(_one_line(answer) + "\n")
        out.flush()
        good = good and answer["valid"] is True
    return good


def _lines(stream: IO[bytes]) -> Iterator[str]:
    # Octets, because only LF ends a JSON line; readline, not iteration, which would read ahead of a caller that waits.
    while octets := stream.readline(MAX_LINE_OCTETS):
        rest = octets
        while len(rest) == MAX_LINE_OCTETS and not rest.endswith(b"\n"):
            # What is left of a line that is too long may look like another question.
            rest = stream.readline(MAX_LINE_OCTETS)
        if octets.strip(b" \t\r\n"):
            yield octets.decode("utf-8", "replace").removeprefix("\ufeff")


def _one_line(answer: dict[str, object]) -> str:
    """The answer as JSON that can be written as UTF-8, whatever the question put into its identifier."""
    try:
        text = json.dumps(answer, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which JSON can escape and UTF-8 cannot hold (RFC 8259 8.2).
        return json.dumps(answer)
    except RecursionError:
        return json.dumps(answer | {"id": None})
    return text


def _no_number(word: str) -> NoReturn:
    # RFC 8259 6: NaN and Infinity are not JSON, and an identifier that is one could not be given back.
    raise ValueError(word)


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        # Reading a number takes the square of its length.
        raise ValueError("too many digits")
    return int(digits)


_MAX_DIGITS = 400
_read = json.JSONDecoder(parse_constant=_no_number, parse_int=_integer).decode


def answer_text(line: str, now: Callable[[], datetime]) -> dict[str, object]:
    """The answer to one line. Whatever the line holds, there is an answer."""
    identifier: object = None
    started = process_time()

    def in_time() -> None:
        if process_time() - started > READING_SECONDS:
            raise BudgetExceededError(f"{READING_SECONDS} seconds")

    try:
        if line.count(",") > MAX_VALUES:
            raise QuestionError(f"The line has more than {MAX_VALUES} values.")
        row = _read(line)
        if not isinstance(row, dict):
            raise QuestionError("The line is not a JSON object.")
        identifier = row.get("id")
        asked = question(row, now(), in_time)
        if isinstance(asked, Unreadable):
            return refusal_line(identifier, asked.reason)
        return answer_line(identifier, build_path(asked.within(process_time() - started)))
    except BudgetExceededError as error:
        return refusal_line(identifier, Reason.of("TS-PATH-BUDGET", limit=error.limit))
    except QuestionError as error:
        return refusal_line(identifier, Reason.of("TS-PATH-INPUT", problem=error.sentence.removesuffix(".")))
    except (ValueError, RecursionError):
        return refusal_line(identifier, Reason.of("TS-PATH-INPUT", problem="it is not JSON"))
    except Exception as error:  # noqa: BLE001  the last wall: a fault here costs its own line only
        problem = f"it cannot be worked on ({type(error).__name__})"
        return refusal_line(identifier, Reason.of("TS-PATH-INPUT", problem=problem))
