"""Opens the judgement policy that somebody names: a shipped one by its name, or their own file.

A file may extend a shipped policy by name, or another file by a path that ends in `.toml`, read from the folder of the
file that names it. The judgement itself opens nothing; this module stands outside it.
"""

from functools import lru_cache
from pathlib import Path

from validator.errors import PolicyRefusedError, PolicyUnknownError
from validator.judge.policy import JudgementPolicy, Source, judgement_policy, policy_from_source, shipped
from validator.judge.rules.reader import MAX_CHARACTERS

_SUFFIX = ".toml"


def policy_named(name: str) -> JudgementPolicy:
    """The policy called `name`, or in the file `name` where it ends in `.toml`.

    Raises PolicyUnknownError when there is none, PolicyRefusedError (with file and line) when the file is wrong.
    """
    if not name.endswith(_SUFFIX):
        return judgement_policy(name)
    path = Path(name)
    try:
        seen = path.stat()
    except (OSError, ValueError) as fault:
        raise PolicyUnknownError(f"The policy file {name!r} cannot be opened.") from fault
    return _opened(name, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=32)
def _opened(name: str, changed: int, size: int) -> JudgementPolicy:
    """Built once for a batch; the two last parameters make a changed file another one."""
    path = Path(name)
    return policy_from_source(path.name, _read(path), lambda other: _extended(path.parent, other))


def _extended(folder: Path, name: str) -> Source:
    return _read(folder / name) if name.endswith(_SUFFIX) else shipped(name)


def _read(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            octets = file.read(4 * MAX_CHARACTERS + 1)
    except (OSError, ValueError) as fault:
        raise PolicyUnknownError(f"The policy file {str(path)!r} cannot be opened.") from fault
    if len(octets) > 4 * MAX_CHARACTERS:
        raise PolicyRefusedError(f"{path}: the file is longer than {MAX_CHARACTERS} characters.")
    try:
        return str(path), octets.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise PolicyRefusedError(f"{path}: the file is not UTF-8 text.") from fault
