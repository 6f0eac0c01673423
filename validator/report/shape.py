"""Frozen dataclasses as JSON, and the JSON Schema of the same dataclasses: one definition of what a report holds.

Names become camelCase, times RFC 3339 in UTC, absent values `null`, so that every object of a kind has the same
members. Values of `validator.evidence` have a canonical form of their own, which leaves absent values out
(`validator.evidence.codec`); `Canonical` marks where it stands.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from validator.evidence import time_text
from validator.evidence.codec import BLOB, DERIVED, plain

Schema = dict[str, Any]

CANONICAL = "canonical"
"""Metadata of a field whose value is written in its canonical form."""
OMITTED = "omitted"
"""Metadata of a field that is left out when it is None."""


def as_json(value: Any) -> Any:
    """The JSON value of a frozen dataclass, or of anything inside one."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            camel(item.name): _member(item, getattr(value, item.name))
            for item in dataclasses.fields(value)
            if not (item.metadata.get(OMITTED) and getattr(value, item.name) is None)
        }
    raise TypeError(f"{type(value).__name__} has no form in a report")


def _member(field: dataclasses.Field[Any], value: Any) -> Any:
    return plain(value) if field.metadata.get(CANONICAL) else as_json(value)


def camel(name: str) -> str:
    """`sub_indication` → `subIndication`."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


class SchemaWriter:
    """Collects the JSON Schemas (2020-12) of dataclasses. `reference` is the text before a definition's name in `$ref`;
    with `closed`, members that nobody declared are refused."""

    def __init__(self, reference: str, *, closed: bool = False) -> None:
        self.definitions: dict[str, Schema] = {}
        self._reference = reference
        self._closed = closed

    def of(self, kind: Any, *, canonical: bool = False) -> Schema:
        """The schema of a type; dataclasses are referred to and stand in `definitions`."""
        if dataclasses.is_dataclass(kind):
            return self._referred(typing.cast(type, kind), canonical)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in (types.UnionType, typing.Union):
            (inner,) = (item for item in arguments if item is not types.NoneType)
            found = self.of(inner, canonical=canonical)
            return found if canonical else {"anyOf": [found, {"type": "null"}]}
        if origin is tuple:
            return self._array(arguments, canonical)
        if origin is not None and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        return _scalar(kind)

    def _array(self, arguments: tuple[Any, ...], canonical: bool) -> Schema:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"type": "array", "items": self.of(arguments[0], canonical=canonical)}
        parts = [self.of(item, canonical=canonical) for item in arguments]
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}

    def _referred(self, kind: type, canonical: bool) -> Schema:
        name = f"{kind.__name__}Canonical" if canonical else kind.__name__
        if name not in self.definitions:
            # Entered before it is complete: a type may hold itself.
            self.definitions[name] = {}
            self.definitions[name] |= self._object(kind, canonical)
        return {"$ref": f"{self._reference}{name}"}

    def _object(self, kind: type, canonical: bool) -> Schema:
        hints = typing.get_type_hints(kind)
        fields = [
            item for item in dataclasses.fields(typing.cast(Any, kind)) if not item.metadata.keys() & {BLOB, DERIVED}
        ]
        properties = {
            camel(item.name): self.of(hints[item.name], canonical=canonical or bool(item.metadata.get(CANONICAL)))
            for item in fields
        }
        needed = [camel(item.name) for item in fields if not _may_be_absent(hints[item.name], item, canonical)]
        found: Schema = {"type": "object", "description": _first_paragraph(kind), "properties": properties}
        if needed:
            found["required"] = needed
        if self._closed:
            found["additionalProperties"] = False
        return found


def _may_be_absent(hint: Any, field: dataclasses.Field[Any], canonical: bool) -> bool:
    return bool(field.metadata.get(OMITTED)) or (canonical and types.NoneType in typing.get_args(hint))


def _first_paragraph(kind: type) -> str:
    return " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())


def _scalar(kind: Any) -> Schema:
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if kind is bytes:
        return {"type": "string", "contentEncoding": "base64"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [str(item) for item in kind]}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[kind]}
