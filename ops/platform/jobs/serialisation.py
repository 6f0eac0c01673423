"""How arguments, results and errors of jobs are written: as JSON, and never as pickled objects.

Reading a pickle runs code of the writer's choice, so whoever could write the jobs' tables could run code beside the
keys. DBOS names the format in each row and would follow a row that names its pickle format; that way is closed here.
"""

import json
from datetime import UTC, datetime
from typing import Any

from dbos._serialization import DefaultSerializer, Serializer

from ops.platform.jobs.errors import JobArgumentsError, JobsError
from policies.errors import TrustspaceError

_MOMENT, _ERROR = "$moment", "$error"


class RecordedError(JobsError):
    """An error as it was recorded: only its code, because an exception's text may quote a document."""


class JsonSerializer(Serializer):
    """JSON with moments and errors marked. The argument tuple of a job comes back as a list, which DBOS unpacks."""

    def name(self) -> str:
        """The format's name in the database."""
        return "trustspace_json"

    def serialize(self, data: Any) -> str:
        """Python to text. Raises `JobArgumentsError` for anything that JSON does not have."""
        try:
            return json.dumps(data, default=_marked, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            raise JobArgumentsError("A job's arguments and results are plain JSON values.") from error

    def deserialize(self, serialized_data: str) -> Any:
        """Text to Python. Raises `JobsError` if it is not of this format."""
        try:
            return json.loads(serialized_data, object_hook=_unmarked)
        except (ValueError, RecursionError) as error:
            raise JobsError("A job's record in the database is damaged.") from error


def error_code(error: BaseException) -> str:
    """The stable code of an error of ours, else the name of its type."""
    return error.code if isinstance(error, TrustspaceError) else type(error).__name__


def refuse_pickles() -> None:
    """Make DBOS unable to read rows that claim to be pickled."""
    setattr(DefaultSerializer, "deserialize", _refuse)  # noqa: B010 - a plain assignment does not type-check


def _refuse(_self: object, _data: str) -> Any:
    raise JobsError("A job's record in the database is of a format that is never read.")


def _marked(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_MOMENT: value.astimezone(UTC).isoformat()}
    if isinstance(value, BaseException):
        return {_ERROR: error_code(value)}
    raise TypeError(type(value).__name__)


def _unmarked(value: dict[str, Any]) -> Any:
    if value.keys() == {_MOMENT}:
        return datetime.fromisoformat(value[_MOMENT])
    if value.keys() == {_ERROR}:
        return RecordedError("The job failed.", code=str(value[_ERROR]))
    return value
