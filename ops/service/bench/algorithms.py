"""Every suite and every digest that this installation has: signing, verifying with a known key and with a new one.

Where OpenSSL has the algorithm, the reference is the same check made by its key object directly, in the same run. It
has none of the national curves, so those stand beside its brainpool curve of their size, which needs the same
arithmetic; its SM2 is measured by the command line tool where that is installed. Digests are MiB a second beside
SHA-256.
"""

import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ops.service.bench.measure import Figure, rate
from policies.algorithms import CryptoResult, digest_algorithms, hashes, verify
from policies.algorithms.curves import arithmetic
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.making import Maker, makers
from policies.algorithms.registry import forget_keys
from policies.algorithms.rsa import RSASSA_PSS, encode_pss_parameters

_MESSAGE = secrets.token_bytes(200)
_MIB = bytes(range(256)) * 4096
_ROUNDS, _SECONDS = 3, 0.15
# Small enough that the slowest form still makes a few blocks a round; rates are scaled to MiB.
_BLOCK = _MIB[: 1 << 16]
_NATIONAL_BITS = {"gost-2012-512": 512, "gost-kz-2015-512": 512, "bign-384": 384, "bign-512": 512}


@dataclass(frozen=True, slots=True)
class _Peer:
    """An algorithm that the library has: our identifier for it and the library's own operations."""

    name: str
    algorithm: bytes
    spki: bytes
    signature: bytes
    sign: Callable[[], object]
    check: Callable[[], object]


def algorithms() -> list[Figure]:
    """Figures: suites of the library, national suites on each kind of integer, SLH-DSA, digests in each form."""
    peers = [_library_figures(peer) for peer in _library()]
    brainpool = {bits: _raw_verify(curve) for bits, curve in _curves().items()}
    found = [figure for figures in peers for figure in figures]
    sm2 = _openssl_sm2()
    kinds = [item.name for item in arithmetic.arithmetics()]
    before = arithmetic.chosen().name
    try:
        for kind in reversed(kinds):
            arithmetic.choose(kind)
            forget_keys()
            for maker in makers().values():
                if not maker.name.startswith("slh-dsa") and _is_measured(maker.name):
                    found += _maker_figures(maker, f"{maker.name}, {kind}", *_reference(maker.name, brainpool, sm2))
    finally:
        arithmetic.choose(before)
        forget_keys()
    for maker in makers().values():
        if maker.name.startswith("slh-dsa") and maker.name.endswith("f"):
            found += _maker_figures(maker, maker.name, "", 0.0)
    return [*found, *_digest_figures()]


def _is_measured(name: str) -> bool:
    """One parameter set of each size: the others cost the same."""
    return (
        name
        not in {
            "gost-2012-256-c",
            "gost-2012-256-d",
            "gost-2012-512-b",
            "bign-256-bash",
        }
        and "cryptopro" not in name
    )


def _library() -> Iterator[_Peer]:
    for bits in (2048, 3072, 4096):
        yield from _rsa(bits)
    for name, curve, kind, oid in (
        ("ECDSA P-256", ec.SECP256R1(), SHA256(), "1.2.840.10045.4.3.2"),
        ("ECDSA P-384", ec.SECP384R1(), SHA384(), "1.2.840.10045.4.3.3"),
        ("ECDSA P-521", ec.SECP521R1(), SHA512(), "1.2.840.10045.4.3.4"),
        ("ECDSA brainpoolP256r1", ec.BrainpoolP256R1(), SHA256(), "1.2.840.10045.4.3.2"),
        ("ECDSA brainpoolP512r1", ec.BrainpoolP512R1(), SHA512(), "1.2.840.10045.4.3.4"),
        ("ECDSA secp256k1", ec.SECP256K1(), SHA256(), "1.2.840.10045.4.3.2"),
    ):
        yield _ecdsa(name, curve, ec.ECDSA(kind), oid)
    for key, name, oid in (
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519", "1.3.101.112"),
        (ed448.Ed448PrivateKey.generate(), "Ed448", "1.3.101.113"),
        (mldsa.MLDSA44PrivateKey.generate(), "ML-DSA-44", "2.16.840.1.101.3.4.3.17"),
        (mldsa.MLDSA65PrivateKey.generate(), "ML-DSA-65", "2.16.840.1.101.3.4.3.18"),
        (mldsa.MLDSA87PrivateKey.generate(), "ML-DSA-87", "2.16.840.1.101.3.4.3.19"),
    ):
        yield _message_signer(key, name, oid)
    yield _dsa()


def _spki(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey | dsa.DSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _rsa(bits: int) -> Iterator[_Peer]:
    key = rsa.generate_private_key(65537, bits)
    public, kind = key.public_key(), SHA256()
    pss = encode_algorithm(RSASSA_PSS, encode_pss_parameters("SHA-256", "SHA-256", 32))
    paddings: tuple[tuple[str, padding.AsymmetricPadding, bytes], ...] = (
        ("PKCS #1", padding.PKCS1v15(), encode_algorithm("1.2.840.113549.1.1.11", DER_NULL)),
        ("PSS", padding.PSS(padding.MGF1(kind), 32), pss),
    )
    for name, pad, algorithm in paddings:
        value = key.sign(_MESSAGE, pad, kind)
        yield _Peer(
            f"RSA-{bits} {name}",
            algorithm,
            _spki(public),
            value,
            lambda pad=pad: key.sign(_MESSAGE, pad, kind),  # type: ignore[misc]
            lambda pad=pad, value=value: public.verify(value, _MESSAGE, pad, kind),  # type: ignore[misc]
        )


def _ecdsa(name: str, curve: ec.EllipticCurve, scheme: ec.ECDSA, oid: str) -> _Peer:
    key = ec.generate_private_key(curve)
    public, value = key.public_key(), key.sign(_MESSAGE, scheme)
    return _Peer(
        name,
        encode_algorithm(oid),
        _spki(public),
        value,
        lambda: key.sign(_MESSAGE, scheme),
        lambda: public.verify(value, _MESSAGE, scheme),
    )


def _message_signer(
    key: ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | mldsa.MLDSA44PrivateKey
    | mldsa.MLDSA65PrivateKey
    | mldsa.MLDSA87PrivateKey,
    name: str,
    oid: str,
) -> _Peer:
    public, value = key.public_key(), key.sign(_MESSAGE)
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _Peer(
        name,
        encode_algorithm(oid),
        spki,
        value,
        lambda: key.sign(_MESSAGE),
        lambda: public.verify(value, _MESSAGE),
    )


def _dsa() -> _Peer:
    key = dsa.generate_private_key(2048)
    public, kind = key.public_key(), SHA256()
    value = key.sign(_MESSAGE, kind)
    return _Peer(
        "DSA-2048",
        encode_algorithm("2.16.840.1.101.3.4.3.2"),
        _spki(public),
        value,
        lambda: key.sign(_MESSAGE, kind),
        lambda: public.verify(value, _MESSAGE, kind),
    )


def _measured(operation: Callable[[], object]) -> float:
    return rate(operation, rounds=_ROUNDS, seconds=_SECONDS)


def _known(algorithm: bytes, spki: bytes, signature: bytes) -> float:
    """Verifications a second with a key that has come back often enough to have all its tables."""
    for _ in range(16):
        if verify(algorithm, spki, _MESSAGE, signature) is not CryptoResult.VALID:
            raise AssertionError("a signature of this run does not verify")
    return _measured(lambda: verify(algorithm, spki, _MESSAGE, signature))


def _first(algorithm: bytes, spki: bytes, signature: bytes) -> float:
    """Verifications a second with a key that was never seen: reading it and everything about it included."""

    def once() -> None:
        forget_keys()
        verify(algorithm, spki, _MESSAGE, signature)

    return _measured(once)


def _library_figures(peer: _Peer) -> list[Figure]:
    raw, name = _measured(peer.check), f"OpenSSL {peer.name}"
    known = _known(peer.algorithm, peer.spki, peer.signature)
    first = _first(peer.algorithm, peer.spki, peer.signature)
    return [
        Figure(name=f"{peer.name}: sign", rate=_measured(peer.sign), detail={"by": "openssl"}),
        Figure(name=f"{peer.name}: verify", rate=known, reference=name, reference_rate=raw),
        Figure(name=f"{peer.name}: verify, new key", rate=first, reference=name, reference_rate=raw),
    ]


def _maker_figures(maker: Maker, name: str, reference: str, reference_rate: float) -> list[Figure]:
    key = maker.generate(secrets.token_bytes)
    spki, algorithm = maker.public_key_info(key), maker.signature_algorithm_der
    value = maker.sign(key, _MESSAGE, secrets.token_bytes)
    signing = _measured(lambda: maker.signature(key, _MESSAGE, secrets.token_bytes))
    checked = {"reference": reference, "reference_rate": reference_rate}
    return [
        Figure(name=f"{name}: sign", rate=signing),
        Figure(name=f"{name}: verify", rate=_known(algorithm, spki, value), **checked),  # type: ignore[arg-type]
        Figure(name=f"{name}: verify, new key", rate=_first(algorithm, spki, value), **checked),  # type: ignore[arg-type]
    ]


def _curves() -> dict[int, ec.EllipticCurve]:
    return {256: ec.BrainpoolP256R1(), 384: ec.BrainpoolP384R1(), 512: ec.BrainpoolP512R1()}


def _raw_verify(curve: ec.EllipticCurve) -> float:
    key, scheme = ec.generate_private_key(curve), ec.ECDSA(SHA256())
    public, value = key.public_key(), key.sign(_MESSAGE, scheme)
    return _measured(lambda: public.verify(value, _MESSAGE, scheme))


def _reference(name: str, brainpool: dict[int, float], sm2: float) -> tuple[str, float]:
    if name == "sm2" and sm2:
        return "OpenSSL SM2 (speed)", sm2
    bits = next((bits for prefix, bits in _NATIONAL_BITS.items() if name.startswith(prefix)), 256)
    return f"OpenSSL brainpoolP{bits}r1", brainpool[bits]


def _openssl_sm2() -> float:
    """SM2 verifications a second by `openssl speed`; 0 where the tool or the algorithm is missing."""
    tool = shutil.which("openssl")
    if tool is None:
        return 0.0
    done = subprocess.run([tool, "speed", "-mr", "-seconds", "1", "sm2"], capture_output=True, text=True, check=False)  # noqa: S603
    # A line of the machine form: mark, index, bits, name, signatures a second, verifications a second.
    found = re.search(r"^\+F\d+:\d+:\d+:[^:]*:[0-9.]+:([0-9.]+)$", done.stdout, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def _digest_figures() -> list[Figure]:
    """MiB a second of every digest, the national ones in every form that is installed."""
    found = []
    plain = {item.name: item.new for item in digest_algorithms() if item.name not in hashes.NAMES}
    best = _mib_rate(plain["SHA-256"])
    for name, new in plain.items():
        found.append(_digest_figure(f"{name}, openssl", _mib_rate(new), best))
    for name in hashes.NAMES:
        for form, new in hashes.forms(name).items():
            found.append(_digest_figure(f"{name}, {form}", _mib_rate(new), best))
    return found


def _digest_figure(name: str, mib: float, best: float) -> Figure:
    return Figure(name=f"{name}: MiB", rate=mib, reference="SHA-256", reference_rate=best)


def _mib_rate(new: Callable[[], object]) -> float:
    def once() -> None:
        running = new()
        running.update(_BLOCK)  # type: ignore[attr-defined]
        running.digest()  # type: ignore[attr-defined]

    return _measured(once) * len(_BLOCK) / len(_MIB)
