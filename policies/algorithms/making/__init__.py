"""Making signatures: the kinds of key that this house can generate and sign with, one table for all suites.

Pure like the rest of the room: randomness is handed in, keys come and go as PKCS#8 DER, nothing is stored. The national
suites here run on ordinary big integers and are NOT CONSTANT-TIME (`Maker.constant_time` says so): a key store must
refuse them under the production profile, where a PKCS#11 token or an external provider signs.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from policies.algorithms.making import bign, gost, slhdsa, sm2
from policies.algorithms.making.model import (
    FaultySignatureError,
    Maker,
    Random,
    UnknownMakerError,
    UnreadableKeyError,
)

__all__ = ["FaultySignatureError", "Maker", "Random", "UnknownMakerError", "UnreadableKeyError", "maker", "makers"]

_TABLES: tuple[tuple[Maker, ...], ...] = (gost.MAKERS, bign.MAKERS, sm2.MAKERS, slhdsa.MAKERS)


@cache
def makers() -> Mapping[str, Maker]:
    """Every maker by its name, in a fixed order."""
    found = {item.name: item for table in _TABLES for item in table}
    if len(found) != sum(map(len, _TABLES)):
        raise ValueError("two makers share a name")
    return MappingProxyType(found)


def maker(name: str) -> Maker:
    """The maker with this name. Raises UnknownMakerError."""
    try:
        return makers()[name]
    except KeyError:
        raise UnknownMakerError(f"There is no kind of signature key named {name!r}.") from None
