"""The one byte form of everything that the audit log hashes or signs.

JSON as RFC 8785 (JCS) writes it, restricted so that there is nothing to interpret: objects with short ASCII names,
arrays, strings without lone surrogates, integers up to 2^53 - 1, booleans, null; no fractions. Times are text,
``2026-06-01T12:00:00.000000Z``, always UTC and always six digits. Octets are lower-case hexadecimal.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Final, NoReturn, cast

from ops.platform.audit.errors import AuditRecordError

MAX_OCTETS: Final = 65_536
# A head is one line of an export, its signature in hexadecimal: ML-DSA and the small SLH-DSA sets fit.
MAX_SIGNATURE: Final = 20_000
_MAX_DEPTH = 16
_MAX_INTEGER = 2**53 - 1
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]

_encode = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not a whole number")


_decode = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).decode


def canonical(value: Plain) -> str:
    """The canonical text of a value that consists of plain values only."""
    return _encode(value)


def plain(value: object, depth: int = 0) -> Plain:
    """A value as plain values: times and octets become text, enumeration members their values, tuples lists.

    AuditRecordError for anything else, for names outside ``[A-Za-z0-9_.:-]{1,100}`` and for nesting deeper than 16.
    """
    # An exact type test first: almost every value is a short string, and this runs for each of them.
    if type(value) is str or value is None or type(value) is bool:
        return value
    if depth > _MAX_DEPTH:
        raise AuditRecordError("The details of the audit entry are nested too deeply.")
    if isinstance(value, Enum):
        return plain(value.value, depth + 1)
    if isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            raise AuditRecordError("A whole number beyond 2^53 - 1 has to be logged as text.")
        return value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {_name(name): plain(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    raise AuditRecordError(f"A value of type {type(value).__name__} cannot be logged.")


def time_text(at: datetime) -> str:
    """A moment in the one form; AuditRecordError for a naive time."""
    if at.tzinfo is None:
        raise AuditRecordError("A time without time zone cannot be logged.")
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """The moment of a `time_text`; ValueError for any other spelling."""
    if not _TIME.fullmatch(text):
        raise ValueError("not a time of the audit log")
    return datetime.fromisoformat(text)


def parse_object(text: str) -> dict[str, Plain]:
    """The object of a canonical text; ValueError when the text is not the canonical form of an object.

    Comparing the re-encoding refuses double names, blanks, other orders, fractions and other spellings at once.
    """
    try:
        value = _decode(text)
        same = isinstance(value, dict) and _encode(value) == text
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not same:
        raise ValueError("not in canonical form")
    return cast(dict[str, Plain], value)


def _name(name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return str(name)
    raise AuditRecordError(f"The name {name!r} cannot stand in an audit entry.")
