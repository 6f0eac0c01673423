"""Algorithm tables as ETSI TS 119 322 exchanges them (the JSON and XML forms of RFC 5698, DSSC), read and written.

A table that somebody else publishes becomes an `AlgorithmPolicy` like the catalogues of this package; ours can be
published for others. Signatures over such files are not checked here: whoever imports one vouches for it.
"""

from policies.algorithms.ts119322.convert import Imported, policy_of_suite, suite_of_policy
from policies.algorithms.ts119322.json_form import read_json, write_json
from policies.algorithms.ts119322.model import (
    Evaluation,
    ListedAlgorithm,
    SuitabilityPolicy,
    UnreadableSuiteError,
)
from policies.algorithms.ts119322.xml_form import read_xml, write_xml

__all__ = [
    "Evaluation",
    "Imported",
    "ListedAlgorithm",
    "SuitabilityPolicy",
    "UnreadableSuiteError",
    "policy_of_suite",
    "read_json",
    "read_suite",
    "read_xml",
    "suite_of_policy",
    "write_json",
    "write_xml",
]


def read_suite(octets: bytes) -> SuitabilityPolicy:
    """The table in a file, JSON or XML by its first character. Raises UnreadableSuiteError."""
    first = octets.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return read_xml(octets) if first == b"<" else read_json(octets)
