"""One Evidence as one file that can be carried away: the canonical form, its identity, and the octets that it names.

Whoever reads it back trusts nothing but the hashes: octets that are not those that were named, and an identity that is
not that of the facts, are refused.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from validator.errors import EvidenceError
from validator.evidence.codec import Blobs, digest, from_plain, plain, read_json
from validator.evidence.model import SCHEMA, Evidence

FORMAT = "trustspace-evidence"
_MEMBERS = frozenset(("format", "identity", "evidence", "blobs"))


def export_evidence(evidence: Evidence) -> bytes:
    """The Evidence with its octets as JSON, UTF-8, the same octets for the same Evidence."""
    blobs = {item.sha256: base64.b64encode(item.der).decode("ascii") for item in evidence.objects}
    whole = {"format": FORMAT, "identity": digest(evidence), "evidence": plain(evidence), "blobs": blobs}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def import_evidence(octets: bytes) -> Evidence:
    """The Evidence that `export_evidence` wrote. Raises EvidenceError on anything else."""
    whole = read_json(octets)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT or whole.keys() != _MEMBERS:
        raise EvidenceError("The file is JSON but not evidence that this software exported.")
    evidence = read_evidence(whole["evidence"], _blobs(whole["blobs"]))
    if digest(evidence) != whole["identity"]:
        raise EvidenceError("The evidence was changed: its facts do not have the identity that the file states.")
    return evidence


def read_evidence(facts: Any, blobs: Blobs) -> Evidence:
    """The Evidence whose canonical form is the JSON value `facts`; its octets come from `blobs` and are compared with
    their names. Raises EvidenceError."""
    schema = facts.get("schema") if isinstance(facts, dict) else None
    if schema != SCHEMA:
        raise EvidenceError(
            f"The evidence has the schema {schema!r}; this software reads {SCHEMA}.",
            next_step="Gather the evidence again from the document, or use the version that wrote it.",
        )
    found = from_plain(Evidence, facts, blobs)
    if not found.documents:
        raise EvidenceError("The evidence names no document that it is about.")
    return found


def checked(sha256: str, octets: bytes) -> bytes:
    """`octets`, when that is their SHA-256. Raises ValueError."""
    if hashlib.sha256(octets).hexdigest() != sha256:
        raise ValueError(f"the octets named {sha256} are not those that were named")
    return octets


def _blobs(encoded: Any) -> Blobs:
    if not isinstance(encoded, Mapping):
        raise EvidenceError("The evidence holds no octets.")

    def lookup(sha256: str) -> bytes:
        try:
            return checked(sha256, base64.b64decode(encoded[sha256], validate=True))
        except (TypeError, binascii.Error) as fault:
            raise ValueError(f"the octets named {sha256} are not base64") from fault

    return lookup
