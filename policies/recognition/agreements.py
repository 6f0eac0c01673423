"""Agreements of mutual recognition as instruments: what a list of lists enacts is a legal basis by list equivalence."""

from datetime import datetime

from policies.recognition.engine import names_both
from policies.recognition.loader import instruments
from policies.recognition.model import ANYWHERE, Instrument, InstrumentKind, Mechanism, Period
from policies.vocabulary import Mark, SignatureLevel

_KEPT = (SignatureLevel.ADVANCED, SignatureLevel.ADVANCED_QUALIFIED_CERTIFICATE, SignatureLevel.QUALIFIED)


def agreement_instrument(
    equivalence: str, forum: str, home: str, start: datetime, end: datetime | None = None
) -> Instrument:
    """The instrument that an enacted equivalence is: signatures from `home` have effect in `forum`, the pointing party,
    at the level at which its own law sees them. In force from `start` until before `end`; what was signed then keeps
    its effect (the equivalence must have been enacted at issuance and at signing)."""
    name = f"mutual recognition of trust services {forum}–{home}"
    return Instrument(
        id=f"agreement-{forum}-{home}-{equivalence}".lower(),
        kind=InstrumentKind.TREATY,
        title=name[0].upper() + name[1:],
        citation=f"Agreement on {name}, “{equivalence}”",
        article=equivalence,
        homes=frozenset((home,)),
        forums=frozenset((forum,)),
        in_force=(Period(start, end),),
        keeps_effect=True,
        mechanisms=(frozenset((Mechanism.LIST_EQUIVALENCE,)),),
        levels={level: level for level in _KEPT},
        mark=Mark.PUBLIC_TEXT,
        dates_mark=Mark.PUBLIC_TEXT,
        source="the list of lists that was used",
    )


def accepts_lists(forum: str, home: str) -> bool:
    """An instrument says that `forum` takes the trust list of `home`, by name or as a member of the same union. One
    that speaks of any state leaves it to a decision of the forum about each list."""
    return any(
        ANYWHERE not in item.homes
        and any(Mechanism.LIST_EQUIVALENCE in needed for needed in item.mechanisms)
        and names_both(item, home, forum)
        for item in instruments()
    )
