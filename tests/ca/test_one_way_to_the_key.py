"""There is no way to a CA key but `ca.signing`, shown on the syntax tree of every package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("ca", "ops", "policies", "signer", "validator")
USES_OF_A_KEY = {"sign", "sign_digest"}
DOORS = {
    "sign_certificate": {"ca/issuance.py"},
    "sign_crl": {"ca/crl.py"},
    "sign_ocsp": {"ca/responder.py"},
}


def _modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((PROJECT / package).rglob("*.py")):
            yield path.relative_to(PROJECT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _names(tree: ast.AST) -> Iterator[str]:
    """Every name that a module mentions: attributes, plain names, imports, and texts that getattr could use."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
            yield node.value


def test_only_signing_uses_a_key_in_this_room() -> None:
    users = {path for path, tree in _modules("ca") if USES_OF_A_KEY & set(_names(tree))}
    assert users == {"ca/signing.py"}


@pytest.mark.parametrize("door", sorted(DOORS))
def test_each_door_has_one_caller(door: str) -> None:
    callers = {path for path, tree in _modules(*PACKAGES) if door in set(_names(tree))} - {"ca/signing.py"}
    assert callers == DOORS[door]


def test_nobody_else_imports_the_doors_or_makes_tokens() -> None:
    allowed = {
        "ca.signing": {"ca/issuance.py", "ca/crl.py", "ca/responder.py", "ca/facts.py"},
        "ca.token": {"ca/issuance.py", "ca/preparation.py", "ca/signing.py", "ca/service.py"},
    }
    found: dict[str, set[str]] = {name: set() for name in allowed}
    for path, tree in _modules(*PACKAGES):
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in allowed.keys() & set(names):
                found[name].add(path)
    assert found == allowed


def test_tokens_are_minted_and_redeemed_in_one_module() -> None:
    for name in ("mint", "redeem", "Redeemed", "_SENTINEL"):
        users = {path for path, tree in _modules("ca") if name in set(_names(tree))}
        assert users <= {"ca/token.py", "ca/preparation.py", "ca/issuance.py", "ca/signing.py"}, name


def test_no_other_package_names_a_ca_key() -> None:
    others = [package for package in PACKAGES if package != "ca"]
    for path, tree in _modules(*others):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith("ca/"), f"{path} names the key {node.value!r}"


def test_no_certificate_builder_of_another_library_is_used() -> None:
    for path, tree in _modules(*PACKAGES):
        builders = {"CertificateBuilder", "CertificateRevocationListBuilder", "OCSPResponseBuilder"} & set(_names(tree))
        assert not builders, f"{path} builds certificates past the chokepoint"


def test_one_function_makes_serials() -> None:
    callers = {path for path, tree in _modules("ca") if "new_serial" in set(_names(tree))}
    assert callers == {"ca/preparation.py"}
    for path, tree in _modules(*PACKAGES):
        assert "random_serial_number" not in set(_names(tree)), path
