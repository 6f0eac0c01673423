"""Recognition: instruments as data and the pure engine that applies them to one judged signature.

`recognise(RecognitionQuestion(...))` gives a `RecognitionAnswer` with decision, level, basis and everything considered.
"""

from policies.recognition.agreements import accepts_lists, agreement_instrument
from policies.recognition.engine import recognise
from policies.recognition.loader import instruments, instruments_digest
from policies.recognition.model import (
    Applicability,
    Basis,
    Consideration,
    Exclusion,
    Instrument,
    InstrumentKind,
    Mechanism,
    Period,
    RecognitionAnswer,
    RecognitionQuestion,
)

__all__ = [
    "Applicability",
    "Basis",
    "Consideration",
    "Exclusion",
    "Instrument",
    "InstrumentKind",
    "Mechanism",
    "Period",
    "RecognitionAnswer",
    "RecognitionQuestion",
    "accepts_lists",
    "agreement_instrument",
    "instruments",
    "instruments_digest",
    "recognise",
]
