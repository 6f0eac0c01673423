"""Opens the judgement policy that somebody names: a shipped one by its name, or their own file.

A file may extend a shipped policy by name, or another file by a path that ends in `.toml`, read from the folder of the
file that names it. Its `algorithm_policy` may be a table of ETSI TS 119 322 in that folder, named by a path that ends
in `.json` or `.xml`. The judgement itself opens nothing; this module stands outside it.
"""

from functools import lru_cache
from pathlib import Path

from policies.algorithms import AlgorithmPolicy, load_policy
from policies.algorithms.ts119322 import policy_of_suite, read_suite
from policies.algorithms.ts119322.model import MAX_OCTETS
from validator.errors import PolicyRefusedError, PolicyUnknownError
from validator.judge.policy import (
    JudgementPolicy,
    Source,
    judgement_policies,
    judgement_policy,
    policy_from_source,
    shipped,
)
from validator.judge.rules.reader import MAX_CHARACTERS

_SUFFIX = ".toml"
_TABLES = (".json", ".xml")


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


def policy_used(name: str, digest: str) -> JudgementPolicy | None:
    """The policy that a verdict names, where its content is still the same: a shipped one, or a file that this process
    has opened. No file is opened because a verdict, which anybody may have written, names it."""
    if name in judgement_policies():
        found = judgement_policy(name)
        return found if found.digest == digest else None
    return _files.get(digest)


_MOST_FILES = 32
_files: dict[str, JudgementPolicy] = {}


@lru_cache(maxsize=_MOST_FILES)
def _opened(name: str, changed: int, size: int) -> JudgementPolicy:
    """Built once for a batch; the two last parameters make a changed file another one."""
    path = Path(name)
    folder = path.parent
    found = policy_from_source(
        path.name, _read(path), lambda other: _extended(folder, other), lambda table: _table(folder, table)
    )
    while len(_files) >= _MOST_FILES:
        _files.pop(next(iter(_files)))
    _files[found.digest] = found
    return found


def _extended(folder: Path, name: str) -> Source:
    return _read(folder / name) if name.endswith(_SUFFIX) else shipped(name)


def _table(folder: Path, name: str) -> AlgorithmPolicy:
    if not name.endswith(_TABLES):
        return load_policy(name)
    return policy_of_suite(read_suite(_octets(folder / name, MAX_OCTETS)), name).policy


def _octets(path: Path, most: int) -> bytes:
    """At most one octet more than `most`. Raises PolicyUnknownError."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as fault:
        raise PolicyUnknownError(f"The policy file {str(path)!r} cannot be opened.") from fault


def _read(path: Path) -> Source:
    octets = _octets(path, 4 * MAX_CHARACTERS)
    if len(octets) > 4 * MAX_CHARACTERS:
        raise PolicyRefusedError(f"{path}: the file is longer than {MAX_CHARACTERS} characters.")
    try:
        return str(path), octets.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise PolicyRefusedError(f"{path}: the file is not UTF-8 text.") from fault
