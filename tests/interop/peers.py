"""The other implementations: OpenSSL with and without the GOST engine, Bouncy Castle."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ops.platform import der

# OpenSSL takes another identity for SM2 unless it is told this one (GM/T 0009 10).
SM2_IDENTITY: Final = "distid:1234567812345678"
_CONFIGURATION: Final = """openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[person]
basicConstraints = critical,CA:FALSE
keyUsage = critical,nonRepudiation
authorityKeyIdentifier = keyid
[responder]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = keyid
noCheck = yes
[unit]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
[list]
authorityKeyIdentifier = keyid
[ca]
default_ca = books
[books]
database = index.txt
crlnumber = crlnumber
default_md = default
default_crl_days = 30
crl_extensions = list
[tsa]
default_tsa = clock
[clock]
serial = serial
default_policy = 1.2.3.4
digests = sha256, sha512
accuracy = secs:1
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class OpenSsl:
    """The command line in a folder, with or without the engine."""

    program: str
    folder: Path
    engine: bool

    def __post_init__(self) -> None:
        (self.folder / "openssl.cnf").write_text(_CONFIGURATION)

    def run(self, *arguments: str) -> Ran:
        """One command; files are named from the folder."""
        environment = {"PATH": "/usr/bin:/bin"}
        if self.engine:
            environment["OPENSSL_CONF"] = str(self.folder / "openssl.cnf")
        found = subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=environment, capture_output=True, check=False, timeout=60
        )
        return Ran(found.returncode, (found.stdout + found.stderr).decode("utf-8", "replace"))

    def must(self, *arguments: str) -> str:
        """One command that has to succeed; what it said."""
        found = self.run(*arguments)
        assert found.status == 0, f"openssl {' '.join(arguments)}: {found.text}"
        return found.text

    def write(self, name: str, octets: bytes) -> str:
        """A file in the folder; its name."""
        (self.folder / name).write_bytes(octets)
        return name

    def pem(self, name: str, kind: str, *encodings: bytes) -> str:
        """A file with PEM of `kind` ("x509", "crl"), written by OpenSSL itself; its name."""
        text = ""
        for encoded in encodings:
            self.write(f"{name}.der", encoded)
            self.must(kind, "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.one")
            text += (self.folder / f"{name}.one").read_text()
        (self.folder / name).write_text(text)
        return name

    def der(self, kind: str, name: str) -> bytes:
        """The DER of a PEM file."""
        self.must(kind, "-in", name, "-outform", "DER", "-out", f"{name}.out")
        return (self.folder / f"{name}.out").read_bytes()


@dataclass(frozen=True, slots=True)
class BouncyCastle:
    """`Peer.java` over Debian's jars. See there for the files."""

    java: str
    path: str

    def run(self, *arguments: str) -> Ran:
        """One run of the program."""
        found = subprocess.run(
            [self.java, "-cp", self.path, "Peer", *arguments], capture_output=True, text=True, check=False, timeout=120
        )
        return Ran(found.returncode, found.stdout + found.stderr)

    def make(self, folder: Path, algorithm: str, curve: str, signature: str, digest: str) -> None:
        """A hierarchy and what it signs over ``content.bin``."""
        found = self.run("make", algorithm, curve, signature, digest, str(folder))
        assert found.status == 0, found.text

    def opinions(self, folder: Path, *names: str) -> dict[str, str]:
        """Its word on each file: "ok" or "fault: …"."""
        found = self.run("verify", str(folder), *names)
        assert found.status == 0, found.text
        return dict(line.split(" ", 1) for line in found.text.splitlines())


def with_digest_parameters(spki: bytes, key: str, curve: str, digest: str) -> bytes:
    """A Russian key written with the digestParamSet that RFC 9215 4.2 asks to leave out."""
    from ca import reader

    bits = reader.children(reader.one(spki, 0x30))[1].whole
    return der.sequence(der.algorithm(key, der.sequence(der.oid(curve), der.oid(digest))), bits)
