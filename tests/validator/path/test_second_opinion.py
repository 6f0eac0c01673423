"""Other people's code agrees: `openssl verify -x509_strict` on hierarchies made at random from a fixed seed, and the
verifier of `cryptography` on every pair of a constraint and a name that both can decide.

Policies are left out: PKITS decides those, and OpenSSL 3.0 finds no user policy that only the end entity asserts.
"""

import base64
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.x509 import verification

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


DNS_BASES = ["example.com", "EXAMPLE.com", "com", "a.example.com", "1.example.com", ".example.com", "example.com.",
             "*.example.com", "a..example.com", "a_b.example.com", "localhost", "xn--bcher-kva.example"]  # fmt: skip
DNS_NAMES = ["example.com", "Example.COM", "a.example.com", "b.a.example.com", "badexample.com", "com", "example.org",
             "*.example.com", "*.a.example.com", "*.com", "a*.example.com", "a.*.example.com", ".example.com",
             "example.com.", "a_b.example.com", "-a.example.com", "a..example.com", "exa mple.com", "localhost",
             "XN--Bcher-KVA.example", "1.example.com", "example.com.evil.example"]  # fmt: skip
IP_BASES = ["c0000200ffffff00", "c0000201ffffff00", 16 * "0", "c0000201ffffffff", "c0000201ff00ff00", "c0000200",
            "20010db8" + 24 * "0" + "ffffffff" + 24 * "0", 64 * "0"]  # fmt: skip
IP_NAMES = ["c0000217", "c0000317", "00000000", "c00002", "20010db8" + 24 * "0", "20010db9" + 24 * "0",
            20 * "0" + "ffffc0000217"]  # fmt: skip
MAIL_BASES = ["example.com", ".example.com", "u@example.com", "U@EXAMPLE.com", "com", "@example.com", "u@", "*.com"]
MAIL_NAMES = ["u@example.com", "U@example.com", "u@EXAMPLE.com", "u@a.example.com", "u@b.a.example.com", "example.com",
              "u@badexample.com", "@example.com", "u@", "u..v@example.com", "u@localhost"]  # fmt: skip


def cryptography_says(leaf: bytes, root: bytes, authority: bytes, forge: SimpleNamespace) -> bool:
    certificates = [x509.load_der_x509_certificate(one) for one in (leaf, root, authority)]
    policy = verification.ExtensionPolicy
    builder = verification.PolicyBuilder().store(verification.Store([certificates[1]])).time(forge.NOW)
    builder = builder.extension_policies(ca_policy=policy.webpki_defaults_ca(), ee_policy=policy.permit_all())
    try:
        builder.build_client_verifier().verify(certificates[0], [certificates[2]])
    except (verification.VerificationError, ValueError):
        return False
    return True


@pytest.mark.parametrize(("form", "bases", "names"), [
    ("dns", DNS_BASES, DNS_NAMES), ("ip", IP_BASES, IP_NAMES), ("email", MAIL_BASES, MAIL_NAMES),
])  # fmt: skip
def test_cryptography_agrees(forge: SimpleNamespace, form: str, bases: list[str], names: list[str]) -> None:
    def made(value: str) -> bytes:
        return forge.ip(bytes.fromhex(value)) if form == "ip" else getattr(forge, form)(value)

    root = forge.root()
    leaves = {name: forge.end_entity(extra=[forge.san(made(name)), forge.eku("1.3.6.1.5.5.7.3.2")]) for name in names}
    verdicts = []
    for base in bases:
        for trees in (([made(base)], None), (None, [made(base)])):
            authority = forge.authority(extra=[forge.name_constraints(*trees)])
            for name, leaf in leaves.items():
                outcome = forge.ask(leaf, [root], [authority])
                assert outcome.valid is cryptography_says(leaf, root, authority, forge), (base, trees, name)
                verdicts.append(outcome.valid)
    assert 0.1 < sum(verdicts) / len(verdicts) < 0.9
