"""`trustspace path --batch`: JSON lines in and out, in order, each answer flushed before the next line is read."""

import gc
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import TextIO

from policies.reasons import Reason
from validator.cli.path_question import QuestionError, Unreadable, answer_line, question, refusal_line
from validator.path.engine import build_path

MAX_LINE_CHARACTERS = 1_000_000_000


def run_batch(source: str, out: TextIO, now: Callable[[], datetime]) -> bool:
    """Answer every line of the file `source` (`-`: standard input) on `out`; True when all paths were valid.

    Raises QuestionError when the file itself cannot be opened.
    """
    settle_collector()
    if source == "-":
        return _answer_all(sys.stdin, out, now)
    try:
        with Path(source).open(encoding="utf-8", errors="replace") as lines:
            return _answer_all(lines, out, now)
    except OSError as error:
        raise QuestionError(f"The file {source!r} cannot be read.") from error


def settle_collector() -> None:
    """Make the cycle collector rare: certificates and evidence are frozen values without cycles, kept by the thousand,
    and walking them again and again would cost a fifth of every answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _answer_all(lines: TextIO, out: TextIO, now: Callable[[], datetime]) -> bool:
    good = True
    for line in _lines(lines):
        answer = answer_text(line, now)
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
        good = good and answer["valid"] is True
    return good


def _lines(stream: TextIO) -> Iterator[str]:
    # readline, not iteration: iteration would read ahead of a caller that waits for an answer.
    while line := stream.readline(MAX_LINE_CHARACTERS):
        if line.strip():
            yield line


def answer_text(line: str, now: Callable[[], datetime]) -> dict[str, object]:
    """The answer to one line. Whatever the line holds, there is an answer."""
    identifier: object = None
    started = process_time()
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise QuestionError("The line is not a JSON object.")
        identifier = row.get("id")
        asked = question(row, now())
        if isinstance(asked, Unreadable):
            return refusal_line(identifier, asked.reason)
        return answer_line(identifier, build_path(asked.within(process_time() - started)))
    except (QuestionError, ValueError, RecursionError) as error:
        problem = error.sentence if isinstance(error, QuestionError) else "it is not JSON"
        return refusal_line(identifier, Reason.of("TS-PATH-INPUT", problem=problem))
