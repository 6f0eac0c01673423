"""When the certificates above a signing certificate have to be in order: the signature models (EN 319 102-1 5.6.2.1,
5.6.2.2).

In the shell model all of them, at the time in question. In the chain model each at the time at which its key signed the
next one: what ends or is revoked later does not touch what was issued before, unless its key may have been in other
hands. The hybrid model asks for the signing certificate at signing and for the rest at the time in question, which for
the authorities is the shell model.
"""

from datetime import datetime

from validator.judge.chains import PathFacts
from validator.judge.context import Context
from validator.judge.policy import SignatureModel
from validator.revocation.types import StatusAnswer

# unspecified, keyCompromise, cACompromise: the key may have signed for somebody else before that was noticed.
_COMPROMISING = frozenset((None, 0, 1, 2))


def is_chained(context: Context) -> bool:
    """The policy asks for the chain model."""
    return context.policy.signature_model is SignatureModel.CHAIN


def issued(context: Context, path: PathFacts, position: int) -> datetime | None:
    """When the certificate at `position` of a path signed the one below it; None for the signing certificate and
    wherever the model does not ask."""
    if position == 0 or not is_chained(context):
        return None
    below = context.chains.certificate(path.certificates[position - 1])
    return below.not_before if below else None


def counts(answer: StatusAnswer, moment: datetime | None) -> bool:
    """Whether a revocation speaks against what the certificate signed at `moment` (None: at the time in question)."""
    if moment is None or answer.revocation_time is None:
        return True
    return answer.revocation_time <= moment or answer.reason_code in _COMPROMISING
