"""Edge cases that other people collected: valid must verify, invalid must be refused, acceptable is decided here.

The vectors call "acceptable" what a lenient standard would let pass. `DECISIONS` says for each of their flags what this
house does, and why; a flag without a decision fails. Signatures only: the files of RSA decryption are not about us.
"""

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from policies.algorithms import CryptoResult, verify
from policies.algorithms.dsa import DIGESTS as DSA_DIGESTS
from policies.algorithms.ecdsa import DER_DIGESTS, PLAIN_DIGESTS
from policies.algorithms.identifiers import DER_NULL, encode_algorithm
from policies.algorithms.mldsa import ML_DSA_44, ML_DSA_65, ML_DSA_87
from policies.algorithms.names import signature_of_jose
from policies.algorithms.rsa import PKCS1_DIGESTS, RSASSA_PSS, encode_pss_parameters

VECTORS = Path(__file__).parents[3] / "shared" / "corpus" / "vectors" / "wycheproof"
TYPES = {
    "DsaVerify",
    "EcdsaP1363Verify",
    "EcdsaVerify",
    "EddsaVerify",
    "MlDsaVerify",
    "RsassaPkcs1Verify",
    "RsassaPssVerify",
}
REFUSED, VERIFIES = False, True
DECISIONS = {
    # RFC 8017 9.2: the DigestInfo holds NULL; the padding is compared whole, so nothing else can be slipped in.
    "MissingNull": REFUSED,
    "InvalidAsnInPadding": REFUSED,
    # RFC 3279 2.2.2, 2.2.3: DER; a second encoding of one signature would be a second signature.
    "BerEncodedSignature": REFUSED,
    "InvalidEncoding": REFUSED,
    "MissingZero": REFUSED,
    # Mathematics first: whether small keys and old digests count is the policy's answer, by date.
    "SmallModulus": VERIFIES,
    "SmallPublicKey": VERIFIES,
    "WeakHash": VERIFIES,
}
JWS = "json_web_signature.json.gz"


def _files() -> list[str]:
    index = VECTORS / "index.json"
    if not index.exists():
        return []
    return [name for row in json.loads(index.read_text())["files"] if _groups(name := row["file"])[0]["type"] in TYPES]


def _groups(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress((VECTORS / name).read_bytes()))["testGroups"]
    return found


def _oid(table: Mapping[str, str], digest: str) -> str:
    return next(oid for oid, name in table.items() if name == digest)


def _algorithm(group: dict[str, Any], name: str) -> bytes:
    match group["type"]:
        case "DsaVerify":
            return encode_algorithm(_oid(DSA_DIGESTS, group["sha"]))
        case "EcdsaVerify":
            return encode_algorithm(_oid(DER_DIGESTS, group["sha"]))
        case "EcdsaP1363Verify":
            return encode_algorithm(_oid(PLAIN_DIGESTS, group["sha"]))
        case "EddsaVerify":
            return encode_algorithm("1.3.101.112" if name.startswith("ed25519") else "1.3.101.113")
        case "MlDsaVerify":
            return encode_algorithm({"44": ML_DSA_44, "65": ML_DSA_65, "87": ML_DSA_87}[name.split("_")[1]])
        case "RsassaPkcs1Verify":
            return encode_algorithm(_oid(PKCS1_DIGESTS, group["sha"]), DER_NULL)
        case _:
            return encode_algorithm(RSASSA_PSS, encode_pss_parameters(group["sha"], group["mgfSha"], group["sLen"]))


def _expected(case: dict[str, Any]) -> bool:
    if case["result"] != "acceptable":
        return bool(case["result"] == "valid")
    decided = [DECISIONS[flag] for flag in case["flags"] if flag in DECISIONS]
    assert decided, f"nobody decided about {case['flags']}"
    return all(decided)


@pytest.mark.parametrize("name", _files() or [pytest.param("none", marks=pytest.mark.skip(reason="corpus is absent"))])
def test_every_vector_gets_the_verdict_of_its_authors(name: str) -> None:
    judged = 0
    for group in _groups(name):
        spki = bytes.fromhex(group["publicKeyDer"])
        algorithm = _algorithm(group, name)
        for case in group["tests"]:
            if case.get("ctx"):
                continue  # a context string never occurs in X.509 and CMS (RFC 9881 2, RFC 9882 3.1)
            result = verify(algorithm, spki, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert (result is CryptoResult.VALID) == _expected(case), (name, case["tcId"], result)
            assert result is not CryptoResult.UNSUPPORTED, (name, case["tcId"])
            judged += 1
    assert judged > 0


# --- JSON web signatures: the names lead to the right check -----------------------------------------------------------


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _spki(key: Mapping[str, Any]) -> bytes:
    if key["kty"] == "RSA":
        numbers = (int.from_bytes(_octets(key[name]), "big") for name in ("e", "n"))
        public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey = rsa.RSAPublicNumbers(*numbers).public_key()
    else:
        curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[key["crv"]]
        point = (int.from_bytes(_octets(key[name]), "big") for name in ("x", "y"))
        public = ec.EllipticCurvePublicNumbers(*point, curve).public_key()
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _may_sign(key: Mapping[str, Any], algorithm: str) -> bool:
    """What the key says about itself (RFC 7517 4.2 to 4.4): for signatures, and for this algorithm only."""
    operations = key.get("key_ops")
    return (
        key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (operations is None or "verify" in operations or "sign" in operations)
    )


def _verdict(key: Mapping[str, Any], jws: object) -> CryptoResult | None:
    """The registry's answer for a compact JWS; None where there is nothing to ask it."""
    if not isinstance(jws, str) or jws.count(".") != 2:
        return None
    header, payload, value = jws.split(".")
    try:
        named = json.loads(_octets(header))["alg"]
        row = signature_of_jose(named)
    except (ValueError, KeyError):
        return None
    if row is None or row.algorithm is None or not _may_sign(key, named):
        return None
    return verify(row.algorithm, _spki(key), f"{header}.{payload}".encode(), _octets(value))


@pytest.mark.skipif(not (VECTORS / JWS).exists(), reason="corpus is absent")
def test_every_asymmetric_web_signature_gets_the_verdict_of_its_authors() -> None:
    judged = 0
    for group in _groups(JWS):
        key = group.get("public") or group["private"]
        if key["kty"] == "oct":
            continue  # a message authentication code is no signature
        # RFC 7520 3.1 to 3.4 give these keys no "alg"; the one that the vectors add is not the one they are used with.
        if group["comment"].startswith("rfc7520"):
            key = {name: value for name, value in key.items() if name != "alg"}
        for case in group["tests"]:
            result = _verdict(key, case["jws"])
            assert (result is CryptoResult.VALID) == _expected(case), (group["comment"], case["tcId"], result)
            judged += 1
    assert judged > 350
