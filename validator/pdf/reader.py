"""Opens a PDF with pyHanko's reader under a budget: objects read, revisions, decoded octets, time (ISO 32000-2 7.5).

Only this room touches pyHanko, and only its reader and difference analysis; its CMS and its trust decisions are not
used. Whatever pyHanko raises on a hostile file becomes a `PdfFaultError` with a stable word.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from validator.pdf.header import looks_like_pdf
from validator.pdf.stream import BoundedStream, ReadBudgetError

# pyHanko reports every oddity of a hostile file as a warning; our own reasons say what matters.
for _name in ("pyhanko.pdf_utils", "pyhanko.sign.diff_analysis"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

MAX_REVISIONS = 200
MAX_OBJECT_READS = 2_000_000
MAX_SECONDS = 20.0
_TRAILER = frozenset(("/Size", "/Prev", "/Root", "/Encrypt", "/Info", "/ID"))


class PdfFaultError(Exception):
    """The file cannot be read as a PDF; `rule` is a short stable word: not-pdf, damaged, encrypted, too-many-revisions,
    budget."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail


class Budget:
    """Counts object reads and watches the time; raises PdfFaultError budget when either is used up."""

    def __init__(self, reads: int = MAX_OBJECT_READS, seconds: float = MAX_SECONDS) -> None:
        self._left = reads
        self._until = time.monotonic() + seconds

    def spend(self) -> None:
        """Account for one object read."""
        self._left -= 1
        if self._left < 0 or (self._left % 1024 == 0 and time.monotonic() > self._until):
            raise PdfFaultError("budget")


class _BoundedResolver(HistoricalResolver):
    def __init__(self, reader: "BoundedReader", revision: int) -> None:
        self._budget = reader.budget
        super().__init__(reader, revision)
        # Private trailer keys mean nothing to a viewer (ISO 32000-2 table 15); some writers list objects there.
        for name in [name for name in self._trailer if name not in _TRAILER]:
            del self._trailer[name]

    def _collect_indirect_references(self, obj: Any, seen: Any, since_revision: int | None = None) -> None:
        if isinstance(obj, generic.IndirectObject) and not self._defined(obj.reference):
            return
        super()._collect_indirect_references(obj, seen, since_revision)  # type: ignore[no-untyped-call]

    def _defined(self, reference: Any) -> bool:
        """A reference to nothing is a reference to null (7.3.10)."""
        try:
            self.reader.xrefs.get_introducing_revision(reference)
        except KeyError:
            return False
        return True

    def get_object(self, ref: Any, as_metadata_stream: bool = False) -> Any:
        self._budget.spend()
        return super().get_object(ref, as_metadata_stream)


class BoundedReader(PdfFileReader):
    """pyHanko's reader whose every object access is counted, in the current and in historical revisions."""

    def __init__(self, octets: bytes, budget: Budget) -> None:
        self.budget = budget
        self.octets = octets
        super().__init__(BoundedStream(octets, MAX_SECONDS), strict=False)

    def get_object(self, ref: Any, *args: Any, **kwargs: Any) -> Any:
        self.budget.spend()
        return super().get_object(ref, *args, **kwargs)  # type: ignore[no-untyped-call]

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        cache = self._historical_resolver_cache
        if revision not in cache:
            cache[revision] = _BoundedResolver(self, revision)
        return cache[revision]


@contextmanager
def contained() -> Iterator[None]:
    """Turn whatever a hostile file makes pyHanko raise into PdfFaultError; a budget that ran out stays one."""
    try:
        yield
    except PdfFaultError:
        raise
    except (MemoryError, RecursionError, ReadBudgetError) as fault:
        raise PdfFaultError("budget", type(fault).__name__) from None
    except Exception as fault:
        raise PdfFaultError("damaged", type(fault).__name__) from fault


def entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """The value under `key` with indirection resolved, `default` when it is absent or null."""
    if key not in dictionary:
        return default
    # Subscription resolves references; `get` of pyHanko's dictionaries does not.
    value = dictionary[key]
    return default if isinstance(value, generic.NullObject) else value


def open_pdf(octets: bytes, budget: Budget | None = None) -> BoundedReader:
    """A reader over the whole file. Raises PdfFaultError not-pdf, damaged, encrypted, too-many-revisions or budget."""
    if not looks_like_pdf(octets):
        raise PdfFaultError("not-pdf")
    with contained():
        reader = BoundedReader(octets, budget or Budget())
        if reader.encrypted:
            raise PdfFaultError("encrypted")
        if reader.total_revisions > MAX_REVISIONS:
            raise PdfFaultError("too-many-revisions", str(reader.total_revisions))
        if not isinstance(reader.root, generic.DictionaryObject):
            raise PdfFaultError("damaged", "catalog")
    return reader


def page_count(reader: BoundedReader) -> int | None:
    """Pages that the page tree claims, None when it does not say."""
    with contained():
        try:
            count = reader.root["/Pages"]["/Count"]
        except (KeyError, TypeError, misc.PdfError):
            return None
        return int(count) if isinstance(count, int) and 0 <= count < 10_000_000 else None
