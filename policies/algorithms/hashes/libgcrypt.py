"""The GOST digests as libgcrypt computes them, where its shared library is installed: no headers, no compiler."""

import ctypes
import weakref
from collections.abc import Callable
from functools import cache, partial
from threading import Lock
from typing import Self

from policies.algorithms.hashes.construction import Hash, Octets

# The name that binds to one binary interface; looking for another would mean running ldconfig or a compiler.
_LIBRARY = "libgcrypt.so.20"
_OLDEST = b"1.7.1"  # the first with the CryptoPro substitution
# gcrypt.h, gcry_md_algos: number, octets of the digest, octets of a block.
_ALGORITHMS = {
    "Streebog-256": (309, 32, 64),
    "Streebog-512": (310, 64, 64),
    "GOST94-CryptoPro": (311, 32, 32),
    "GOST94-Test": (308, 32, 32),
}
# gcrypt.h, gcry_ctl_cmds: no locked memory for public data; start; whether somebody else has started it.
_DISABLE_SECURE_MEMORY, _FINISHED, _IS_FINISHED = 37, 38, 40
_PIECE = 1 << 20


class LibgcryptError(RuntimeError):
    """libgcrypt refused to start or to copy a computation, which it does only for want of memory."""


@cache
def _library() -> ctypes.CDLL | None:
    """The library, ready for use; None where it is absent or too old."""
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError:
        return None
    handle = ctypes.c_void_p
    library.gcry_check_version.argtypes, library.gcry_check_version.restype = [ctypes.c_char_p], ctypes.c_char_p
    library.gcry_md_open.argtypes = [ctypes.POINTER(handle), ctypes.c_int, ctypes.c_uint]
    library.gcry_md_copy.argtypes = [ctypes.POINTER(handle), handle]
    library.gcry_md_close.argtypes, library.gcry_md_close.restype = [handle], None
    library.gcry_md_write.argtypes, library.gcry_md_write.restype = [handle, ctypes.c_char_p, ctypes.c_size_t], None
    library.gcry_md_read.argtypes, library.gcry_md_read.restype = [handle, ctypes.c_int], ctypes.c_void_p
    if library.gcry_check_version(_OLDEST) is None:
        return None
    if not library.gcry_control(_IS_FINISHED, 0):
        library.gcry_control(_DISABLE_SECURE_MEMORY, 0)
        library.gcry_control(_FINISHED, 0)
    return library


class LibgcryptHash:
    """A `Hash` under computation in libgcrypt. Raises LibgcryptError."""

    def __init__(self, name: str, library: ctypes.CDLL, source: Self | None = None) -> None:
        self.name = name
        self._number, self.digest_size, self.block_size = _ALGORITHMS[name]
        self._library = library
        self._lock = Lock()  # ctypes lets other threads run, and a handle is for one at a time
        self._handle = ctypes.c_void_p()
        opened = ctypes.byref(self._handle)
        failed = (
            library.gcry_md_copy(opened, source._handle) if source else library.gcry_md_open(opened, self._number, 0)
        )
        if failed or not self._handle:
            raise LibgcryptError(f"{name}: error {failed}")
        weakref.finalize(self, library.gcry_md_close, self._handle)

    def update(self, data: Octets, /) -> None:
        view = memoryview(data).cast("B")
        with self._lock:
            for start in range(0, len(view), _PIECE):
                piece = bytes(view[start : start + _PIECE])
                self._library.gcry_md_write(self._handle, piece, len(piece))

    def digest(self) -> bytes:
        ended = self.copy()  # reading ends a computation
        return ctypes.string_at(self._library.gcry_md_read(ended._handle, self._number), self.digest_size)

    def hexdigest(self) -> str:
        return self.digest().hex()

    def copy(self) -> Self:
        with self._lock:
            return type(self)(self.name, self._library, self)


def constructor(name: str) -> Callable[[], Hash] | None:
    """The constructor of the digest with this catalogue name, None where libgcrypt lacks it."""
    library = _library() if name in _ALGORITHMS else None
    if library is None:
        return None
    new = partial(LibgcryptHash, name, library)
    try:
        new()
    except LibgcryptError:
        return None
    return new
