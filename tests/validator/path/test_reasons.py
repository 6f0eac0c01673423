"""Every reason of this room is raised somewhere in it, with just the parameters its definition names."""

import ast
from pathlib import Path

from policies.reasons import Reason, catalogue, sentence

ROOM = Path(__file__).resolve().parents[3] / "validator"


def raised() -> dict[str, set[tuple[str, ...]]]:
    """Codes in calls of `Reason.of`, with the names of their parameters; codes held in names count for all."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for path in [*(ROOM / "path").glob("*.py"), *(ROOM / "cli").glob("path*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "of":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and str(first.value).startswith("TS-PATH-"):
                    names = tuple(sorted(str(keyword.arg) for keyword in node.keywords))
                    found.setdefault(str(first.value), set()).add(names)
            elif isinstance(node, ast.Constant) and str(node.value).startswith("TS-PATH-"):
                found.setdefault(str(node.value), set())
    return found


def test_definitions_and_code_agree() -> None:
    defined = {code: tuple(sorted(row.params)) for code, row in catalogue().items() if row.area == "path"}
    used = raised()
    assert set(used) == set(defined)
    for code, spellings in used.items():
        assert spellings <= {defined[code]}, code


def test_every_sentence_can_be_told() -> None:
    for code, row in catalogue().items():
        if row.area == "path":
            reason = Reason(code, tuple((name, f"<{name}>") for name in row.params))
            told = sentence(reason)
            assert all(f"<{name}>" in told for name in row.params), code
            assert row.clause
