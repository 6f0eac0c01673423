"""Other people's code agrees: `openssl verify -x509_strict` on hierarchies made at random from a fixed seed.

Policies are left out: PKITS decides those, and OpenSSL 3.0 finds no user policy that only the end entity asserts.
"""

import base64
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

SUBJECTS = ("O=A", "O=B", "O=A,OU=X")


def pem(encoded: list[bytes]) -> str:
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(one).decode()}-----END CERTIFICATE-----\n" for one in encoded
    )


def constraints(forge: SimpleNamespace, choose: random.Random) -> list[bytes]:
    def base() -> bytes:
        return choose.choice([
            lambda: forge.dns(choose.choice(["a.example", "b.example", "example", "x.a.example"])),
            lambda: forge.email(choose.choice(["a.example", ".a.example", "u@a.example"])),
            lambda: forge.ip(bytes([10, choose.randrange(2), 0, 0, 255, 255, 0, 0])),
            lambda: forge.dn(choose.choice(SUBJECTS)),
            lambda: forge.uri(choose.choice(["a.example", ".a.example"])),
        ])()  # fmt: skip

    permitted = [base() for _ in range(choose.randrange(3))]
    excluded = [base() for _ in range(choose.randrange(2))]
    wanted = choose.random() < 0.4 and (permitted or excluded)
    return [forge.name_constraints(permitted or None, excluded or None)] if wanted else []


def names(forge: SimpleNamespace, choose: random.Random) -> list[bytes]:
    def one() -> bytes:
        return choose.choice([
            lambda: forge.dns(choose.choice(["a.example", "y.a.example", "b.example", "x.a.example"])),
            lambda: forge.email(choose.choice(["u@a.example", "u@z.a.example", "v@a.example", "u@b.example"])),
            lambda: forge.ip(bytes([10, choose.randrange(2), 0, 5])),
            lambda: forge.uri(choose.choice(["http://a.example/x", "http://z.a.example/", "http://b.example"])),
        ])()  # fmt: skip

    found = [one() for _ in range(choose.randrange(3))]
    return [forge.san(*found)] if found else []


def hierarchy(forge: SimpleNamespace, choose: random.Random) -> tuple[bytes, list[bytes]]:
    above, pool = ("O=Root", "root"), []
    for depth in range(choose.randrange(4)):
        self_issued = depth and choose.random() < 0.15
        subject = above[0] if self_issued else f"{choose.choice(SUBJECTS)},CN=CA{depth}"
        changes: dict[str, object] = {"extra": constraints(forge, choose)}
        if choose.random() < 0.08:
            changes["not_after"] = forge.NOW - forge.YEAR / 2
        if choose.random() < 0.2:
            changes["path_length"] = choose.randrange(3)
        pool.append(forge.authority(subject, above[0], above[1], f"so{depth}", **changes))
        above = (subject, f"so{depth}")
    signer = above[1] if choose.random() > 0.05 else "evil"
    subject = f"{choose.choice(SUBJECTS)},CN=Leaf"
    return forge.end_entity(subject=subject, issuer=above[0], signer=signer, extra=names(forge, choose)), pool


@pytest.mark.parametrize("seed", range(4))
def test_openssl_agrees(forge: SimpleNamespace, require: Callable[[str], str], tmp_path: Path, seed: int) -> None:
    openssl = require("openssl")
    choose = random.Random(seed)
    root = forge.root("O=Root")
    verdicts = []
    for _ in range(50):
        leaf, pool = hierarchy(forge, choose)
        for name, encoded in (("leaf", [leaf]), ("root", [root]), ("pool", [root, *pool])):
            (tmp_path / name).write_text(pem(encoded), encoding="ascii")
        command = [openssl, "verify", "-x509_strict", "-check_ss_sig", "-no-CApath", "-CAfile", f"{tmp_path}/root"]
        command += ["-attime", str(int(forge.NOW.timestamp())), "-untrusted", f"{tmp_path}/pool", f"{tmp_path}/leaf"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        outcome = forge.ask(leaf, [root], pool)
        assert outcome.valid is (done.returncode == 0), (forge.codes(outcome), done.stderr)
        verdicts.append(outcome.valid)
    assert 5 < sum(verdicts) < 45
