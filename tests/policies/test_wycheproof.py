"""Edge cases that other people collected: valid must verify, invalid must be refused, acceptable may do either."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from policies.algorithms import CryptoResult, verify
from policies.algorithms.ecdsa import DER_DIGESTS, PLAIN_DIGESTS
from policies.algorithms.identifiers import encode_algorithm
from policies.algorithms.mldsa import ML_DSA_44, ML_DSA_65, ML_DSA_87
from policies.algorithms.rsa import RSASSA_PSS, encode_pss_parameters

VECTORS = Path(__file__).parents[3] / "shared" / "corpus" / "vectors" / "wycheproof"
TYPES = {"EcdsaVerify", "EcdsaP1363Verify", "EddsaVerify", "MlDsaVerify", "RsassaPssVerify"}


def _files() -> list[str]:
    index = VECTORS / "index.json"
    if not index.exists():
        return []
    names = [row["file"] for row in json.loads(index.read_text())["files"]]
    return [name for name in names if name.startswith(("ecdsa", "ed", "mldsa", "rsa_pss"))]


def _oid(table: dict[str, str], digest: str) -> str:
    return next(oid for oid, name in table.items() if name == digest)


def _algorithm(group: dict[str, Any], name: str) -> bytes:
    if group["type"] == "EcdsaVerify":
        return encode_algorithm(_oid(DER_DIGESTS, group["sha"]))
    if group["type"] == "EcdsaP1363Verify":
        return encode_algorithm(_oid(PLAIN_DIGESTS, group["sha"]))
    if group["type"] == "EddsaVerify":
        return encode_algorithm("1.3.101.112" if name.startswith("ed25519") else "1.3.101.113")
    if group["type"] == "MlDsaVerify":
        return encode_algorithm({"44": ML_DSA_44, "65": ML_DSA_65, "87": ML_DSA_87}[name.split("_")[1]])
    return encode_algorithm(RSASSA_PSS, encode_pss_parameters(group["sha"], group["mgfSha"], group["sLen"]))


@pytest.mark.parametrize("name", _files() or [pytest.param("none", marks=pytest.mark.skip(reason="corpus is absent"))])
def test_every_vector_gets_the_verdict_of_its_authors(name: str) -> None:
    judged = 0
    for group in json.loads(gzip.decompress((VECTORS / name).read_bytes()))["testGroups"]:
        assert group["type"] in TYPES
        spki = bytes.fromhex(group["publicKeyDer"])
        algorithm = _algorithm(group, name)
        for case in group["tests"]:
            if case.get("ctx"):
                continue  # a context string never occurs in X.509 and CMS (RFC 9881 2, RFC 9882 3.1)
            result = verify(algorithm, spki, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            if case["result"] != "acceptable":
                assert (result is CryptoResult.VALID) == (case["result"] == "valid"), (name, case["tcId"], result)
            judged += 1
    assert judged > 0
