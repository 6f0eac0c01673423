"""What the extension in `native/` reads of DER, None where it was not compiled at installation.

Each function gives the exact answer or None, which sends the caller to the form in Python: that one reads whatever is
unusual and says what is wrong with what is no DER.
"""

from collections.abc import Callable
from typing import Any

try:
    from validator.asn1 import _native
except ImportError:  # no compiler, or one of another Python
    certificate: Callable[[bytes], tuple[int, ...] | None] | None = None
    members: Callable[[type[Any], bytes, int, int, int], list[Any] | None] | None = None
    encodings: Callable[[bytes, int, int, int], list[bytes] | None] | None = None
else:
    certificate, members, encodings = _native.certificate, _native.members, _native.encodings
