"""What a table of ETSI TS 119 322 says, whatever its form (RFC 5698 3): names, identifiers, validity by key size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from policies.errors import UnreadableInputError
from policies.times import utc_time

MAX_OCTETS, MAX_ALGORITHMS, MAX_EVALUATIONS, MAX_IDENTIFIERS = 4_000_000, 2_000, 200, 50
MAX_BITS = 1_000_000
# RFC 5698 3.5: the parameter that gives the size which a policy of this house counts.
SIZE_PARAMETERS = ("moduluslength", "plength")
OTHER_PARAMETERS = ("qlength",)


class UnreadableSuiteError(UnreadableInputError):
    """A table of algorithms is not what TS 119 322 describes, or says something that cannot be kept."""

    code = "TS-ALGORITHM-TABLE"
    next_step = "Check the file against the schema of ETSI TS 119 322, or leave out what this product cannot keep."


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Until when an algorithm is suitable from a size up. `minimum` in bits of the `parameter`, None where none is
    given; `start` and `end` are days, both inclusive, None for no bound; `legacy` is the Recommendation "L", None
    without one; `own` what this product adds to keep its own lines exactly."""

    minimum: int | None = None
    parameter: str = SIZE_PARAMETERS[0]
    start: date | None = None
    end: date | None = None
    legacy: bool | None = None
    own: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAlgorithm:
    """One algorithm: its dotted OIDs, its URIs, its evaluations and the remarks that belong to them."""

    name: str
    oids: tuple[str, ...]
    uris: tuple[str, ...] = ()
    evaluations: tuple[Evaluation, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitabilityPolicy:
    """A whole table. `issued` is an aware UTC time; `signed` says that the file carried a signature (not checked)."""

    name: str
    publisher: str
    issued: datetime
    algorithms: tuple[ListedAlgorithm, ...]
    next_update: datetime | None = None
    usage: str = ""
    signed: bool = False


def least_size(parameters: Iterable[tuple[str, object, bool]]) -> tuple[int | None, str]:
    """The least size in bits and its parameter, from (name, Min, whether there is a Max) of each parameter.

    Raises UnreadableSuiteError for what cannot be kept: dropping a condition would admit too much.
    """
    found: tuple[int | None, str] = (None, SIZE_PARAMETERS[0])
    for name, least, bounded in parameters:
        if name not in (*SIZE_PARAMETERS, *OTHER_PARAMETERS):
            raise UnreadableSuiteError(f"The parameter {name[:40]} is not known.")
        if bounded:
            raise UnreadableSuiteError(f"A greatest {name} is not supported.")
        if least is not None and (type(least) is not int or not 0 <= least <= MAX_BITS):
            raise UnreadableSuiteError(f"The least {name} is not a number of bits.")
        if name in SIZE_PARAMETERS and isinstance(least, int) and (found[0] is None or least > found[0]):
            found = (least, name)
    return found


def day(value: object) -> date | None:
    """A day; of a date and time only the day, an offset does not move it. Raises UnreadableSuiteError."""
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        raise UnreadableSuiteError("A day of validity is not a date.") from None


def moment(value: object, name: str) -> datetime:
    """An aware UTC time; one without an offset is taken as UTC. Raises UnreadableSuiteError."""
    try:
        return utc_time(str(value).strip())
    except ValueError:
        raise UnreadableSuiteError(f"The member {name} is not a date and time.") from None
