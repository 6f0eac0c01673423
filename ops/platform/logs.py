"""Structured logs that hold no document and no personal data.

An event is a short constant name with keys and values. What may be personal or is a document is kept out here, not by
the good will of each caller: bytes become their length, long texts are cut, keys that name persons or secrets lose
their value, and an exception is written with its type and its places in the code but without its text, because parsers
quote their input in it.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from policies.errors import TrustspaceError

_MAX_TEXT = 200
_MAX_ITEMS = 20
_MAX_DEPTH = 4
_WITHHELD = "[withheld]"

# What structlog's formatter adds to an event and removes before it is written.
_BOOKKEEPING = frozenset({"_record", "_from_structlog"})

# Parts of key names, compared without case and underscores.
_PRIVATE_PARTS = (
    "passphrase",
    "password",
    "secret",
    "token",
    "authorization",
    "cookie",
    "credentialvalue",
    "pin",
    "subject",
    "signername",
    "person",
    "givenname",
    "surname",
    "commonname",
    "email",
    "phone",
    "taxpayer",
    "birth",
    "passport",
    "document",
    "content",
    "body",
    "payload",
)
# Names that contain such a part without being private.
_PUBLIC_KEYS = frozenset({"contenttype", "contentlength", "documentkind", "documentsha256", "subindication", "mapping"})

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logs(*, level: str = "INFO", form: str = "auto", stream: TextIO | None = None) -> None:
    """Set up logging for this process: `form` is "json", "console" or "auto" (console only on a terminal).

    Times are aware UTC. The standard library's loggers (uvicorn, alembic, dbos) go the same way. Writes to `stream`,
    by default standard error, so that standard output stays the command's answer.
    """
    target = stream or sys.stderr
    console = form == "console" or (form == "auto" and target.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _describe_exception,
        withhold,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=target.isatty())
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: `log.info("crl-published", authority=..., number=7)`."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def withhold(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor that bounds and withholds values; a new event, the given one is not changed."""
    return {key: value if key in _BOOKKEEPING else _public(key, value, 0) for key, value in event.items()}


def _public(key: str, value: Any, depth: int) -> Any:
    if _is_private(key):
        return _WITHHELD
    return _bounded(value, depth)


def _is_private(key: str) -> bool:
    plain = key.lower().replace("_", "").replace("-", "")
    return plain not in _PUBLIC_KEYS and any(
        plain == part or (len(part) > 3 and part in plain) for part in _PRIVATE_PARTS
    )


def _bounded(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} octets]"
    if isinstance(value, BaseException):
        return value.code if isinstance(value, TrustspaceError) else type(value).__name__
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {str(key): _public(str(key), item, depth + 1) for key, item in list(value.items())[:_MAX_ITEMS]}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [_bounded(item, depth + 1) for item in list(value)[:_MAX_ITEMS]]
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}… [{len(text)} characters]"


def _describe_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`exc_info` becomes type, code and places; the message of an exception may quote a document."""
    info = event.pop("exc_info", None)
    found = _exception(info)
    if found is None:
        return event
    kind, error, trace = found
    event["error"] = error.code if isinstance(error, TrustspaceError) else kind.__name__
    frames = traceback.extract_tb(trace)[-_MAX_ITEMS:]
    event["trace"] = [f"{_module_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _exception(info: object) -> _ExcInfo | None:
    if isinstance(info, BaseException):
        return type(info), info, info.__traceback__
    current = sys.exc_info() if info is True else info
    if isinstance(current, tuple) and len(current) == 3 and isinstance(current[1], BaseException):
        return cast(_ExcInfo, current)
    return None


def _module_path(filename: str) -> str:
    return "/".join(filename.replace("\\", "/").rsplit("/", 3)[-3:])
