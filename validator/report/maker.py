"""Names what made a report: a digest over the forms and words that the readable reports are made from.

Two reports of the same verdict that name the same maker are equal octet by octet; where the maker differs, their
readable pages may differ and only their data is compared.
"""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

_PACKAGES = ("validator.report", "policies.reasons", "policies.jurisdictions")
_KINDS = (".py", ".toml", ".j2", ".typ")


@cache
def maker() -> str:
    """Name and version of the software and the digest of its forms: `trustspace/0.1.0+0123456789abcdef`."""
    running = hashlib.sha256(_installed("typst").encode())
    for package in _PACKAGES:
        for name, item in sorted(_files(files(package), package)):
            running.update(name.encode() + b"\0" + hashlib.sha256(item.read_bytes()).digest())
    return f"trustspace/{_installed('trustspace')}+{running.hexdigest()[:16]}"


def _files(folder: Traversable, name: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _files(item, f"{name}/{item.name}")
        elif item.name.endswith(_KINDS):
            found.append((f"{name}/{item.name}", item))
    return found


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "0"
