"""Evidence and verdicts as canonical JSON, and back: sorted names, no white space, UTF-8, one form per value.

Names become camelCase; bytes are base64; times are RFC 3339 in UTC with `Z`, fractions only when not zero; an absent
optional value is left out. The SHA-256 of these octets is the name of the value.
"""

import base64
import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from policies.reasons import Reason, catalogue
from validator.errors import EvidenceError

T = TypeVar("T")

MAX_OCTETS = 512 * 1024 * 1024
Decoder = Callable[[Any], Any]


def encode(value: object) -> bytes:
    """Canonical octets of a frozen dataclass of Evidence or Verdict."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical octets, lower-case hexadecimal."""
    return hashlib.sha256(encode(value)).hexdigest()


def decode(kind: type[T], octets: bytes) -> T:
    """The value of `kind` that the octets describe. Raises EvidenceError on anything else."""
    if len(octets) > MAX_OCTETS:
        raise EvidenceError("The evidence is larger than this software reads.")
    try:
        return cast(T, _decoder(cast(Any, kind))(json.loads(octets)))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise EvidenceError("The file is not evidence, or a part of it is missing: it is not whole JSON.") from fault
    except (ValueError, KeyError, TypeError, OverflowError) as fault:
        raise EvidenceError(f"The file is JSON but not whole evidence ({fault}).") from fault


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC: `2026-01-02T03:04:05Z`, with microseconds only when there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """The JSON value of one field."""
    if value is None or isinstance(value, str | bool | int):
        return str(value) if isinstance(value, StrEnum) else value
    if dataclasses.is_dataclass(value):
        fields = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {_camel(name): plain(item) for name, item in fields if item is not None}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _exactly(kind: type) -> Decoder:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected")
        return value

    return check


def _time(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC)


@cache
def _decoder(kind: Any) -> Decoder:
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(cast(type, kind))
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        inner = _decoder(next(item for item in typing.get_args(kind) if item is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_decoder(typing.get_args(kind))
    if kind is datetime:
        return _time
    if kind is bytes:
        return lambda value: base64.b64decode(value, validate=True)
    return _exactly(kind) if kind in (str, int, bool) else cast(Decoder, kind)


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda value: tuple(each(item) for item in _exactly(list)(value))
    parts = [_decoder(item) for item in arguments]
    return lambda value: tuple(part(item) for part, item in zip(parts, value, strict=True))


def _dataclass_decoder(kind: type) -> Decoder:
    hints = typing.get_type_hints(kind)
    names = {_camel(field.name): field.name for field in dataclasses.fields(kind)}

    def build(value: Any) -> Any:
        if kind is Reason and value["code"] not in catalogue():
            raise ValueError(f"unknown reason {value['code']}")
        known = {names[key]: _decoder(hints[names[key]])(item) for key, item in _exactly(dict)(value).items()}
        return kind(**known)

    return build
