"""There is one door to cryptography: `policies.algorithms` verifies, makes and hashes what is signed; the rest asks it.

Held by reading every module's syntax tree. Whoever wants to verify needs a key object, so the ways to one are counted:
imports of key types, loading of keys, taking a key out of a certificate. The few modules that need one for something
else stand below with the reason; those that read keys may neither verify nor sign. A digest that belongs to a signature
is chosen by an identifier, so hashing by a variable name is the door's alone; a fixed SHA-256 names octets.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ca", "ops", "policies", "signer", "validator")
DOOR = "policies/algorithms/"

STORE = "a key store: its keys never leave it, and what it signs is verified through the door"
READS = "reads what kind of key it is or writes it in another encoding; neither verifies nor signs"
BENCH = "measures the library itself, as the raw limit or as a peer"
KEYS = {
    "ca/keycheck.py": READS,
    "ops/platform/keys/private.py": STORE,
    "ops/service/bench/algorithms.py": BENCH,
    "ops/service/bench/crl.py": BENCH,
    "ops/service/bench/hierarchy.py": BENCH,
    "ops/service/bench/issue.py": BENCH,
    "ops/service/bench/paths.py": BENCH,
    "ops/service/bench/validate.py": BENCH,
    "ops/service/dbcli.py": READS,
    "signer/schemes.py": READS,
}
# Digests that a standard fixes for finding something (never for believing it), and secrets.
FIXED_HASHES = {
    "ca/authorities.py": "OCSP CertID of its own certificates (RFC 6960 4.1.1)",
    "ca/ocsp.py": "OCSP CertID and ResponderID (RFC 6960 4.1.1, 4.2.1)",
    "ca/token.py": "comparison in constant time of what will be signed with what was checked",
    "ops/platform/keys/pkcs11.py": STORE,
    "ops/platform/keys/private.py": STORE,
    "ops/platform/keys/token_session.py": "whether the PIN is the one that opened the session",
    "ops/service/bench/hierarchy.py": BENCH,
    "ops/service/bench/issue.py": BENCH,
    "ops/service/bench/algorithms.py": BENCH,
    "ops/service/bench/crl.py": BENCH,
    "ops/service/bench/validate.py": BENCH,
    "signer/status.py": "OCSP CertID of a request (RFC 6960 4.1.1)",
    "signer/tsa/token.py": "ESSCertID, which has no other digest (RFC 2634 5.4)",
    "validator/gather/pdf_file.py": "key of a VRI entry (ISO 32000-2 12.8.4.3, table 262)",
    "ops/platform/database.py": "number of an advisory lock from its name",
}
LOADERS = {f"load_{form}_{kind}_key" for form in ("der", "pem", "ssh") for kind in ("public", "private")}
SHORTCUTS = {"verify_directly_issued_by", "is_signature_valid", "verify_digest", "recover_data_from_signature"}
PEERS = ("OpenSSL", "jose", "jwt", "jwcrypto", "joserfc", "signxml", "xmlsec", "nacl", "ecdsa", "slhdsa", "gmpy2")
VERIFYING_PEERS = ("pyhanko.sign.validation", "pyhanko_certvalidator")
# Only for reading the DSS of a file; no verdict of the library is used.
PEER_READERS = {"signer/pdf/longterm.py": {"pyhanko.sign.validation.dss"}}
PLAIN_HASHES = {"sha256"}


@cache
def modules() -> dict[str, ast.Module]:
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(DOOR):
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    assert len(found) > 300
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names of everything that is imported, down to the imported member."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def attribute_calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def called(tree: ast.Module) -> set[str]:
    names = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return names | {name for name, _ in attribute_calls(tree)}


def handles_keys(tree: ast.Module) -> set[str]:
    """The ways in which a module comes to a key object of the library."""
    found = {name for name in imports(tree) if name.startswith("cryptography.hazmat.primitives.asymmetric")}
    found |= called(tree) & LOADERS
    found |= {
        f".{name}()"
        for name, call in attribute_calls(tree)
        if name == "public_key" and not (call.args or call.keywords)
    }
    return found


def hash_calls(tree: ast.Module) -> set[str]:
    """What a module calls out of hashlib, hmac and the library's hashes, beside plain SHA-256 and comparing."""
    local = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("hashlib", "hmac")
        for alias in node.names
    }
    found = {name for name in local if name not in PLAIN_HASHES}
    for name, call in attribute_calls(tree):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in ("hashlib", "hmac") and name not in PLAIN_HASHES:
            found.add(f"{owner.id}.{name}")
    wanted = ("cryptography.hazmat.primitives.hashes", "cryptography.hazmat.primitives.hmac", "_hashlib")
    return found | {name for name in imports(tree) if name.startswith(wanted)}


def test_only_the_door_the_key_stores_and_named_readers_come_to_a_key() -> None:
    found = {name: ways for name, tree in modules().items() if (ways := handles_keys(tree))}
    assert {name: ways for name, ways in found.items() if name not in KEYS} == {}


@pytest.mark.parametrize("name", sorted(name for name, reason in KEYS.items() if reason is READS))
def test_who_reads_keys_neither_verifies_nor_signs(name: str) -> None:
    tree = modules()[name]
    # A module's own `verify` (of a chain of entries, say) is called by its name or on a module, never on a key.
    keys = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and called(ast.Module([ast.Expr(node.value)], [])) & (LOADERS | {"public_key"})
    }
    for attribute, call in attribute_calls(tree):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        assert not (attribute in ("verify", "sign") and isinstance(owner, ast.Name) and owner.id in keys), ast.dump(
            call
        )
        assert not (attribute in ("verify", "sign") and isinstance(owner, ast.Call)), ast.dump(call)


def test_nobody_takes_the_library_s_shortcuts() -> None:
    assert {name for name, tree in modules().items() if called(tree) & SHORTCUTS} == set()


def test_no_other_library_verifies() -> None:
    for name, tree in modules().items():
        if KEYS.get(name) is BENCH:
            continue
        for imported in imports(tree):
            assert imported.split(".")[0] not in PEERS, (name, imported)
            known = any(imported.startswith(known) for known in PEER_READERS.get(name, ()))
            assert known or not imported.startswith(VERIFYING_PEERS), (name, imported)


def test_hashing_by_a_name_or_by_another_digest_is_the_door_s() -> None:
    found = {name: calls for name, tree in modules().items() if (calls := hash_calls(tree))}
    assert {name: calls for name, calls in found.items() if name not in FIXED_HASHES} == {}


def test_the_exceptions_are_still_needed() -> None:
    present = modules()
    assert [name for name in KEYS if name in present and not handles_keys(present[name])] == []
    assert [name for name in FIXED_HASHES if name in present and not hash_calls(present[name])] == []
    assert [name for name in (*KEYS, *FIXED_HASHES) if name not in present] == []


def test_the_scan_sees_what_it_looks_for() -> None:
    bad = ast.parse(
        "from cryptography.hazmat.primitives.asymmetric import ec\n"
        "import hashlib\n"
        "from hashlib import sha1 as s\n"
        "key = certificate.public_key()\n"
        "key.verify(a, b)\n"
        "hashlib.new(name)\n"
        "hashlib.sha256(x)\n"
    )
    assert handles_keys(bad) == {"cryptography.hazmat.primitives.asymmetric.ec", ".public_key()"}
    assert hash_calls(bad) == {"s", "hashlib.new"}
    assert "verify" in called(bad)
