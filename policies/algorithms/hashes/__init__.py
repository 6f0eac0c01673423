"""The digests of the national suites, which neither Python nor `cryptography` bring along.

`new(name)` starts a computation with the interface of `hashlib`; the functions give a digest at once. Octets of
messages and digests are in the order in which CMS, certificates and files hold them.
"""

from policies.algorithms.hashes.backends import NAMES, PYTHON, AcceleratorWarning, Status, backend, forms, new, status
from policies.algorithms.hashes.construction import Hash, Octets

__all__ = [
    "NAMES",
    "PYTHON",
    "AcceleratorWarning",
    "Hash",
    "Octets",
    "Status",
    "backend",
    "bash256",
    "bash384",
    "bash512",
    "belt_hash",
    "forms",
    "gost94_cryptopro",
    "gost94_test",
    "new",
    "sm3",
    "status",
    "streebog256",
    "streebog512",
]


def _at_once(name: str, data: Octets) -> bytes:
    running = new(name)
    running.update(data)
    return running.digest()


def streebog256(data: Octets) -> bytes:
    """GOST R 34.11-2012 with 256 bits (RFC 6986): 32 octets."""
    return _at_once("Streebog-256", data)


def streebog512(data: Octets) -> bytes:
    """GOST R 34.11-2012 with 512 bits (RFC 6986): 64 octets."""
    return _at_once("Streebog-512", data)


def gost94_cryptopro(data: Octets) -> bytes:
    """GOST R 34.11-94 with the CryptoPro substitution (RFC 4357 11.2): 32 octets."""
    return _at_once("GOST94-CryptoPro", data)


def gost94_test(data: Octets) -> bytes:
    """GOST R 34.11-94, GOST 34.311-95, with the test substitution (RFC 4357 11.2): 32 octets."""
    return _at_once("GOST94-Test", data)


def belt_hash(data: Octets) -> bytes:
    """belt-hash of STB 34.101.31: 32 octets."""
    return _at_once("belt-hash", data)


def bash256(data: Octets) -> bytes:
    """bash256 of STB 34.101.77: 32 octets."""
    return _at_once("bash256", data)


def bash384(data: Octets) -> bytes:
    """bash384 of STB 34.101.77: 48 octets."""
    return _at_once("bash384", data)


def bash512(data: Octets) -> bytes:
    """bash512 of STB 34.101.77: 64 octets."""
    return _at_once("bash512", data)


def sm3(data: Octets) -> bytes:
    """SM3 (GB/T 32905): 32 octets."""
    return _at_once("SM3", data)
