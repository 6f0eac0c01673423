"""Evidences that are kept, each octet string once, and what was concluded from them."""

from validator.holdings.outcome import Outcome, outcome
from validator.holdings.store import Damaged, Held, Holdings, open_holdings

__all__ = ["Damaged", "Held", "Holdings", "Outcome", "open_holdings", "outcome"]
