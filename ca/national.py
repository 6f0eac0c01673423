"""Which kinds of key the law of a state adds to those that a profile admits everywhere.

The suites are those of each state's own authority; a union admits those of its members. The key of another state's CA
is of that state's choosing, so a cross-certificate admits them all.
"""

from types import MappingProxyType
from typing import Final

from ca.profile import Profile, Purpose
from ops.platform.keys import KeyAlgorithm

_RUSSIA = frozenset(kind for kind in KeyAlgorithm if kind.value.startswith("gost-2012-"))
_KAZAKHSTAN = frozenset(kind for kind in KeyAlgorithm if kind.value.startswith("gost-kz-"))
_KYRGYZSTAN = frozenset({KeyAlgorithm.TUMAR_KG})
_BELARUS = frozenset(kind for kind in KeyAlgorithm if kind.value.startswith("bign-"))

EVERY_NATIONAL: Final = frozenset(kind.value for kind in KeyAlgorithm if kind.is_national)
_BY_LAW: Final = MappingProxyType(
    {
        "RU": _RUSSIA,
        "KZ": _KAZAKHSTAN,
        "KG": _KYRGYZSTAN,
        "BY": _BELARUS,
        "CN": frozenset({KeyAlgorithm.SM2}),
        "EAEU": _RUSSIA | _KAZAKHSTAN | _KYRGYZSTAN | _BELARUS,
    }
)


def admitted_anywhere(profile: Profile) -> frozenset[str]:
    """Every kind of key that the profile admits under some law."""
    return profile.key_algorithms | EVERY_NATIONAL


def admitted(profile: Profile, jurisdiction: str) -> frozenset[str]:
    """The kinds of key that the profile admits from an issuer of this state or union."""
    if profile.purpose is Purpose.CROSS:
        return admitted_anywhere(profile)
    return profile.key_algorithms | {kind.value for kind in _BY_LAW.get(jurisdiction, frozenset())}
