"""How every benchmark measures: repeated rounds of about equal length, the median rate, ratios within one run."""

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure. `rate` is operations a second; `reference` names what `ratio` divides by, and
    `reference_rate` its rate in the same run; `detail` holds further numbers with their units in the names."""

    name: str
    rate: float
    reference: str = ""
    reference_rate: float = 0.0
    detail: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """`rate` / `reference_rate`; 0 where there is no reference."""
        return self.rate / self.reference_rate if self.reference_rate else 0.0

    def as_dict(self) -> dict[str, object]:
        """For JSON: rates and the ratio rounded to what the measurement can bear."""
        row = asdict(self)
        row.update(rate=round(self.rate, 2), reference_rate=round(self.reference_rate, 2), ratio=round(self.ratio, 3))
        return row


def rate(operation: Callable[[], object], *, rounds: int = 5, seconds: float = 0.4) -> float:
    """Median operations a second of `operation` over `rounds` rounds of at least `seconds` each, after one warm-up."""
    operation()
    found = []
    for _ in range(rounds):
        count, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            operation()
            count += 1
        found.append(count / spent)
    return statistics.median(found)


def once(operation: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    operation()
    return time.perf_counter() - start


def resident_memory_mib() -> float:
    """The resident size of this process now, in MiB; the largest so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return peak_memory_mib()
    return pages * resource.getpagesize() / 2**20


def peak_memory_mib() -> float:
    """The largest resident size this process has had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
