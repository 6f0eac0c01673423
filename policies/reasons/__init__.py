"""Every reason that a verdict can give, once: severity, clause, next step; wording per language.

A reason in a verdict is a code and parameters only; language is applied when a report is rendered. The definitions
are data: `definitions/<area>.toml`; the sentences are data too: `wording/<language>/<area>.toml`.
"""

from policies.reasons.catalogue import ReasonDefinition, catalogue, definition, severity
from policies.reasons.model import Reason
from policies.reasons.words import LANGUAGES, next_step, sentence, wording

__all__ = [
    "LANGUAGES",
    "Reason",
    "ReasonDefinition",
    "catalogue",
    "definition",
    "next_step",
    "sentence",
    "severity",
    "wording",
]
