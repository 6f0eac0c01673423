"""Evidence and verdicts as canonical JSON, and back: sorted names, no white space, UTF-8, one form per value.

Names become camelCase; bytes are base64; times are RFC 3339 in UTC with `Z`, fractions only when not zero; an absent
optional value is left out. The SHA-256 of these octets is the name of the value. A field that holds the octets of
something named by its own hash is left out too: the name stands for it, and whoever decodes supplies the octets.
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
BLOB = "blob"
"""Metadata of a field that is not part of the canonical form: the name of the field with its SHA-256."""
DERIVED = "derived"
"""Metadata of a field that is computed from the others and not part of the canonical form."""

Blobs = Callable[[str], bytes]
"""Gives the octets with a SHA-256 (lower-case hexadecimal). Raises KeyError when they are not at hand."""
_Encoder = Callable[[Any], Any]
_Decoder = Callable[[Any, Blobs], Any]
_AS_THEY_ARE = (str, int, bool)


def encode(value: object) -> bytes:
    """Canonical octets of a frozen dataclass of Evidence or Verdict."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def digest(value: object) -> str:
    """SHA-256 of the canonical octets, lower-case hexadecimal; remembered by a value that has a place for it."""
    known = getattr(value, "identity", None)
    if known:
        return cast(str, known)
    found = hashlib.sha256(encode(value)).hexdigest()
    if known is not None:
        remember_digest(value, found)
    return found


def remember_digest(value: object, found: str) -> None:
    """`found` is the SHA-256 of the octets from which `value`, which has a place for it, was read."""
    # The value is frozen and its identity follows from it, so this changes nothing that anybody can see.
    object.__setattr__(value, "identity", found)


def plain(value: Any) -> Any:
    """The JSON value of one field."""
    return _encoder_of(value)(value)


def decode(kind: type[T], octets: bytes, blobs: Blobs | None = None) -> T:
    """The value of `kind` that the octets describe, with what is named by its hash taken from `blobs`.

    Raises EvidenceError on anything else, and where octets that are named are missing.
    """
    return from_plain(kind, read_json(octets), blobs)


def read_json(octets: bytes) -> Any:
    """The JSON value in a file that should be evidence. Raises EvidenceError."""
    if len(octets) > MAX_OCTETS:
        raise EvidenceError("The evidence is larger than this software reads.")
    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as fault:
        raise EvidenceError("The file is not evidence, or a part of it is missing: it is not whole JSON.") from fault


def from_plain(kind: type[T], value: Any, blobs: Blobs | None = None) -> T:
    """As `decode`, from the JSON value. Raises EvidenceError."""
    try:
        return cast(T, _decoder(cast(Any, kind))(value, blobs or _no_blobs))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as fault:
        raise EvidenceError(f"The file is JSON but not whole evidence ({fault}).") from fault


def _no_blobs(sha256: str) -> bytes:
    raise KeyError(sha256)


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC: `2026-01-02T03:04:05Z`, with microseconds only when there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def _canonical_fields(kind: Any) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(item for item in dataclasses.fields(kind) if not item.metadata.keys() & {BLOB, DERIVED})


# --- out ---------------------------------------------------------------------------------------------------------


_encoders: dict[type, _Encoder] = {}


def _encoder_of(value: Any) -> _Encoder:
    kind = type(value)
    known = _encoders.get(kind)
    if known is None:
        known = _encoders[kind] = _encoder(kind)
    return known


def _encoder(kind: type) -> _Encoder:
    if dataclasses.is_dataclass(kind):
        return _dataclass_encoder(cast(type, kind))
    if kind in (str, bool, int, types.NoneType):
        return _same
    if issubclass(kind, StrEnum):
        return str
    if issubclass(kind, tuple):
        return lambda value: [_encoder_of(item)(item) for item in value]
    if issubclass(kind, datetime):
        return time_text
    if issubclass(kind, bytes):
        return lambda value: base64.b64encode(value).decode("ascii")
    raise TypeError(f"{kind.__name__} has no canonical form")


def _same(value: Any) -> Any:
    return value


def _dataclass_encoder(kind: type) -> _Encoder:
    names = tuple((item.name, _camel(item.name)) for item in _canonical_fields(kind))

    def build(value: Any) -> Any:
        found = {}
        for name, key in names:
            item = getattr(value, name)
            if item is not None:
                found[key] = _encoder_of(item)(item)
        return found

    return build


# --- in ----------------------------------------------------------------------------------------------------------


def _exactly(kind: type) -> _Decoder:
    def check(value: Any, _: Blobs) -> Any:
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} expected")
        return value

    return check


def _time(value: Any, _: Blobs) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError("a time without zone")
    return at.astimezone(UTC)


@cache
def _decoder(kind: Any) -> _Decoder:
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(cast(type, kind))
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        inner = _decoder(next(item for item in typing.get_args(kind) if item is not type(None)))
        return lambda value, blobs: None if value is None else inner(value, blobs)
    if origin is tuple:
        return _tuple_decoder(typing.get_args(kind))
    if kind is datetime:
        return _time
    if kind is bytes:
        return lambda value, _: base64.b64decode(value, validate=True)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members = {str(item): item for item in kind}
        return lambda value, _: members[value]
    if kind in _AS_THEY_ARE:
        return _exactly(kind)
    raise TypeError(f"{kind} has no canonical form")


def _plain_type(kind: Any) -> type | None:
    """The type whose JSON values stand for themselves in a field of `kind`, None where there is none."""
    if kind in _AS_THEY_ARE:
        return cast(type, kind)
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return next((item for item in typing.get_args(kind) if item in _AS_THEY_ARE), None)
    return None


def _tuple_decoder(arguments: tuple[Any, ...]) -> _Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])

        def items(value: Any, blobs: Blobs) -> Any:
            if type(value) is not list:
                raise TypeError("list expected")
            return tuple([each(item, blobs) for item in value]) if value else ()

        return items
    parts = [_decoder(item) for item in arguments]
    return lambda value, blobs: tuple(part(item, blobs) for part, item in zip(parts, value, strict=True))


def _dataclass_decoder(kind: type) -> _Decoder:
    hints = typing.get_type_hints(kind)
    fields = {
        _camel(item.name): (item.name, _plain_type(hints[item.name]), _decoder(hints[item.name]))
        for item in _canonical_fields(kind)
    }
    blob = next(((item.name, item.metadata[BLOB]) for item in dataclasses.fields(kind) if BLOB in item.metadata), None)

    def build(value: Any, blobs: Blobs) -> Any:
        if type(value) is not dict:
            raise TypeError("object expected")
        known: dict[str, Any] = {}
        for key, item in value.items():
            name, same, decoder = fields[key]
            known[name] = item if type(item) is same else decoder(item, blobs)
        if blob is not None:
            known[blob[0]] = _named_octets(known[blob[1]], blobs)
        return kind(**known)

    if kind is Reason:
        return lambda value, blobs: _known_reason(build(value, blobs))
    return build


def _named_octets(sha256: str, blobs: Blobs) -> bytes:
    try:
        return blobs(sha256)
    except KeyError:
        raise ValueError(f"the octets with SHA-256 {sha256} are not there") from None


def _known_reason(reason: Reason) -> Reason:
    known = catalogue().get(reason.code)
    if known is None:
        raise ValueError(f"unknown reason {reason.code}")
    if missing := set(known.params) - reason.mapping().keys():
        # Its sentence could not be said.
        raise ValueError(f"reason {reason.code} without {', '.join(sorted(missing))}")
    return reason
