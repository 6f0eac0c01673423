"""The digests as the extension in `native/` computes them; absent where it was not compiled at installation."""

from collections.abc import Callable
from functools import partial

from policies.algorithms.hashes import constants
from policies.algorithms.hashes.construction import Hash

try:
    from policies.algorithms.hashes import _native
except ImportError:  # no compiler, or one of another Python
    _compiled: Callable[[str], Hash] | None = None
else:
    _native.prepare(
        constants.STREEBOG_PI,
        constants.STREEBOG_A,
        constants.STREEBOG_C,
        constants.GOST94_CRYPTOPRO,
        constants.GOST94_TEST,
        constants.BELT_H,
    )
    _compiled = _native.Hash


def constructor(name: str) -> Callable[[], Hash] | None:
    """The constructor of the digest with this catalogue name, None where the extension is absent or lacks it."""
    if _compiled is None:
        return None
    try:
        _compiled(name)
    except KeyError:
        return None
    return partial(_compiled, name)
