"""The words in which rules say what they found; ETSI and RFC terms, not sentences."""

from collections.abc import Iterable

from policies.reasons import Reason

Reasons = tuple[Reason, ...]
HOLDS: Reasons = ()
ANY = "*"


def listed(values: Iterable[str]) -> str:
    """Values in one text, sorted; "-" for none."""
    return ", ".join(sorted(values)) or "-"


def accepted(found: Iterable[str], wanted: tuple[str, ...]) -> bool:
    """Every one of the found values is wanted, or anything is."""
    return ANY in wanted or set(found) <= set(wanted)


def shares(found: Iterable[str], wanted: tuple[str, ...]) -> bool:
    """At least one of the found values is wanted, or anything is."""
    return ANY in wanted or not set(found).isdisjoint(wanted)
