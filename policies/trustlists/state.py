"""Whether a list as a whole can be used (TS 119 615 4.1, TS 119 612 5.3): signed by whom it must be, current, of a
known version, not older than one already known. A list that cannot be used decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from policies.reasons import Reason

VERSIONS = (5, 6)


class SignatureCheck(StrEnum):
    """What is known about the signature of a list: not looked at; good and by a key that may sign it; broken, missing
    or not acceptable; good, but by a key that the superior list does not name."""

    UNCHECKED = "unchecked"
    GOOD = "good"
    BROKEN = "broken"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """A list as an input of a verdict. `name` is what reports call it; `loaded` when it was fetched, None when not
    known; `fault` a word for a broken signature; `parent` names the list of lists that points to it; `agreement`: it
    was reached over an agreement of mutual recognition. `next_update` None means closed, unless not known at all."""

    name: str
    territory: str | None = None
    version: int | None = None
    sequence: int | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    signature: SignatureCheck = SignatureCheck.UNCHECKED
    fault: str = ""
    loaded: datetime | None = None
    parent: str | None = None
    agreement: bool = False
    list_of_lists: bool = False


def problems(state: ListState, at: datetime, *, known_sequence: int | None = None) -> tuple[Reason, ...]:
    """Why the list cannot be used at `at` (aware); empty when it can. `known_sequence` is the highest number of this
    list that was seen before."""
    found = [_version(state), _signature(state), _issued(state, at), _next_update(state, at)]
    if known_sequence is not None and (state.sequence is None or state.sequence < known_sequence):
        found.append(Reason.of("TS-TL-SEQUENCE", list=state.name, sequence=state.sequence or "-", known=known_sequence))
    return tuple(item for item in found if item is not None)


def _version(state: ListState) -> Reason | None:
    if state.version in VERSIONS:
        return None
    return Reason.of("TS-TL-VERSION", list=state.name, version=state.version or "-")


def _signature(state: ListState) -> Reason | None:
    match state.signature:
        case SignatureCheck.GOOD:
            return None
        case SignatureCheck.UNCHECKED:
            return Reason.of("TS-TL-UNCHECKED", list=state.name)
        case SignatureCheck.STRANGER:
            return Reason.of("TS-TL-SIGNER", list=state.name)
        case SignatureCheck.BROKEN:
            return Reason.of("TS-TL-SIGNATURE", list=state.name, detail=state.fault or "-")


def _issued(state: ListState, at: datetime) -> Reason | None:
    if state.issued is None or state.issued <= at:
        return None
    return Reason.of("TS-TL-FUTURE", list=state.name, issued=_text(state.issued))


def _next_update(state: ListState, at: datetime) -> Reason | None:
    if state.next_update is None:
        return Reason.of("TS-TL-CLOSED", list=state.name)
    if at <= state.next_update:
        return None
    return Reason.of("TS-TL-EXPIRED", list=state.name, until=_text(state.next_update))


def unusable(states: Mapping[str, ListState], found: Mapping[str, tuple[Reason, ...]]) -> frozenset[str]:
    """The names of lists that cannot be used: those with problems, and those that only such a list points to."""
    broken = {name for name, reasons in found.items() if reasons}
    return frozenset(
        name
        for name, state in states.items()
        if name in broken or any(item in broken for item in _above(state, states))
    )


def _above(state: ListState, states: Mapping[str, ListState]) -> list[str]:
    above: list[str] = []
    parent = state.parent
    while parent is not None and parent not in above and parent in states:
        above.append(parent)
        parent = states[parent].parent
    return above


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
