"""Keeps the Evidence of a judgement with what was asked and concluded (`trustspace validate --keep`)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from ops.platform.clock import SystemClock
from validator.cli.validate_question import Question
from validator.service import ValidationResult

if TYPE_CHECKING:
    from validator.holdings import Holdings


def keep_result(place: str, asked: Question, found: ValidationResult) -> None:
    """Durable when this returns. `place` is a file or the address of a database. Raises the errors of `Database`."""
    # Imported when needed: tables cost half a second that a judgement which is not kept has no use for.
    from validator.holdings import Held, outcome

    request = asked.request
    concluded = outcome(found.verdict, request.forums, request.context, found.recognitions)
    held = Held(name=request.document.name, evidence=found.evidence, outcome=concluded)
    _opened(place).keep((held,), SystemClock().now())


@lru_cache(maxsize=2)
def _opened(place: str) -> "Holdings":
    from validator.holdings import open_holdings

    return open_holdings(place)
