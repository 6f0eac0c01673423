"""Turns one line of `path --batch` (or the options of `path`) into a `PathRequest`, and the outcome into a line.

Certificates, CRLs and OCSP responses are file paths or `base64:` DER; PEM is tolerated. What cannot be read is a
reason in the answer: a line never goes missing.
"""

import base64
import binascii
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from policies.algorithms import load_policy
from policies.errors import TrustspaceError, UnreadableInputError
from policies.jurisdictions import load_jurisdiction
from policies.reasons import Reason, definition, sentence
from policies.times import utc_time
from validator.path.certificate import Certificate, MalformedCertificate, parse_certificate
from validator.path.profile import RFC_3280_ERA
from validator.path.types import (
    ExpectedName,
    PathOutcome,
    PathRequest,
    PathSettings,
    RevocationMode,
    TrustAnchor,
)
from validator.revocation.crl import CertificateList, parse_crl
from validator.revocation.malformed import MalformedEvidence
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.revocation.types import RevocationEvidence

MAX_FILE_OCTETS = 192 * 1024 * 1024
"""A CRL of the largest size that is read, in PEM."""
MAX_NAMES = 10_000
MAX_SHOWN = 200
"""How many characters of the question's own texts a sentence repeats."""
_PEM_BOUNDARY = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
# RFC 6960 2.4 and 3.2 (5): without nextUpdate newer information is available all the time, so that a response is good
# for as long as it counts as recent, which is left to who asks.
_UNDATED_SECONDS = 86_400
_BEGINNING = 1_024
_Evidence = TypeVar("_Evidence", CertificateList | MalformedEvidence, OcspResponse | MalformedEvidence)
_NAME_KINDS = frozenset({"dns", "ip", "email", "uri", "dn"})


class QuestionError(UnreadableInputError):
    """A line or an option that cannot be understood."""

    code = "TS-PATH-INPUT"
    next_step = "Correct what the sentence names; `trustspace path check --help` lists the options."


class FileTooLargeError(QuestionError):
    """A file of `size` octets, which is not read."""

    def __init__(self, sentence: str, size: int) -> None:
        super().__init__(sentence)
        self.size = size


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The certificate asked about cannot be read; `reason` says why."""

    reason: Reason


def _any_time() -> None:
    """No limit."""


def octets(source: str) -> list[bytes]:
    """The DER values in a file or in a `base64:` text, several when it is PEM. Raises QuestionError."""
    if source.startswith("base64:"):
        try:
            data = base64.b64decode(source[7:], validate=True)
        except (binascii.Error, ValueError) as error:
            raise QuestionError("A base64 value cannot be decoded.") from error
    else:
        data = _file(source)
    if not data[:_BEGINNING].lstrip().startswith(b"-----BEGIN "):
        return [data]
    try:
        return [base64.b64decode(b"".join(body.split())) for body in _pem_bodies(data)]
    except (binascii.Error, ValueError) as error:
        raise QuestionError("A PEM block cannot be decoded.") from error


def _pem_bodies(data: bytes) -> Iterator[bytes]:
    """What stands between each BEGIN and the next boundary, when that is its END (RFC 7468 2)."""
    label, start = b"", 0
    for boundary in _PEM_BOUNDARY.finditer(data):
        if boundary[1] == b"END" and boundary[2] == label:
            yield data[start : boundary.start()]
        label, start = boundary[2] if boundary[1] == b"BEGIN" else b"", boundary.end()


def _file(source: str) -> bytes:
    path = Path(source)
    label = _short(path.name)
    try:
        # A pipe or a device may never end, and would keep every later line waiting.
        if not stat.S_ISREG(path.stat().st_mode):
            raise QuestionError(f"{label} is not a file.")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > MAX_FILE_OCTETS else file.read(MAX_FILE_OCTETS + 1)
    except (OSError, ValueError) as error:
        raise QuestionError(f"The file {label} cannot be read.") from error
    if max(size, len(data)) > MAX_FILE_OCTETS:
        raise FileTooLargeError(f"The file {label} is larger than {MAX_FILE_OCTETS} octets.", size)
    return data


def _short(text: str) -> str:
    return repr(text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…")


def _parts(sources: Iterable[str], in_time: Callable[[], None]) -> Iterator[bytes]:
    for source in sources:
        for one in octets(source):
            in_time()
            yield one


def certificates(sources: Iterable[str], in_time: Callable[[], None] = _any_time) -> tuple[Certificate, ...]:
    """The readable certificates among `sources`; a malformed one cannot be part of a path and is left out."""
    parsed = map(parse_certificate, _parts(sources, in_time))
    return tuple([one for one in parsed if isinstance(one, Certificate)])


def anchors(sources: Iterable[str], in_time: Callable[[], None] = _any_time) -> tuple[TrustAnchor, ...]:
    """The trust anchors in `sources`. Raises QuestionError when one cannot be read: who named it relies on it, and a
    "no" for want of it would be unexplained."""
    found: list[TrustAnchor] = []
    for source in sources:
        parsed = [parse_certificate(one) for one in _parts([source], in_time)]
        readable = [TrustAnchor(one) for one in parsed if isinstance(one, Certificate)]
        if not readable or len(readable) < len(parsed):
            label = "base64 text" if source.startswith("base64:") else _short(Path(source).name)
            raise QuestionError(f"The trust anchor in {label} is not a certificate that can be read.")
        found += readable
    return tuple(found)


def evidence(crls: Iterable[str], ocsps: Iterable[str], in_time: Callable[[], None] = _any_time) -> RevocationEvidence:
    """All CRLs and OCSP responses; unreadable ones are kept as such, so that answers can name them."""
    lists = _evidence(crls, "crl", parse_crl, in_time)
    return RevocationEvidence.of([*lists, *_evidence(ocsps, "ocsp", parse_ocsp, in_time)])


def _evidence(
    sources: Iterable[str], kind: str, parse: Callable[[bytes], _Evidence], in_time: Callable[[], None]
) -> Iterator[_Evidence | MalformedEvidence]:
    for source in sources:
        try:
            yield from map(parse, _parts([source], in_time))
        except FileTooLargeError as error:
            yield MalformedEvidence.too_large(kind, error.size, MAX_FILE_OCTETS)


def question(
    row: Mapping[str, Any], now: datetime, in_time: Callable[[], None] = _any_time
) -> PathRequest | Unreadable:
    """The request of one line; `now` stands for a missing `at`. `in_time` is called before each certificate, CRL and
    OCSP response is read; what it raises ends the reading. Raises QuestionError on a field of a wrong kind."""
    leaf_octets = octets(_text(row, "leaf", required=True))
    if not leaf_octets:
        raise QuestionError("The leaf holds no certificate.")
    leaf = parse_certificate(leaf_octets[0])
    settings = _settings(row)
    if isinstance(leaf, MalformedCertificate):
        return Unreadable(leaf.reason)
    return PathRequest(
        leaf=leaf,
        anchors=anchors(_texts(row, "anchors"), in_time),
        pool=certificates(_texts(row, "pool"), in_time),
        evidence=evidence(_texts(row, "crls"), _texts(row, "ocsps"), in_time),
        at=_time(row.get("at"), now),
        settings=settings,
    )


def _settings(row: Mapping[str, Any]) -> PathSettings:
    initial = row.get("initialPolicies")
    legacy = _flag(row, "legacyAlgorithms")
    try:
        jurisdiction = load_jurisdiction(_text(row, "profile") or "rfc5280")
        mode = RevocationMode(_text(row, "revocation") or "require")
    except (TrustspaceError, ValueError) as error:
        raise QuestionError("The profile or the revocation mode is not known.") from error
    leniencies = frozenset(leniency.name for leniency in jurisdiction.leniencies)
    return PathSettings(
        initial_policies=None if initial is None else frozenset(_texts(row, "initialPolicies")),
        require_explicit_policy=_flag(row, "requireExplicitPolicy"),
        inhibit_policy_mapping=_flag(row, "inhibitPolicyMapping"),
        inhibit_any_policy=_flag(row, "inhibitAnyPolicy"),
        revocation=mode,
        anchor_constraints=_flag(row, "anchorConstraints"),
        anchor_expiry=_flag(row, "anchorExpiry"),
        anchor_basic_constraints=_flag(row, "anchorBasicConstraints"),
        max_depth=_depth(row.get("maxDepth")),
        eku=frozenset(map(_usage, _texts(row, "eku"))) or None,
        key_usage=frozenset(_texts(row, "keyUsage")) or None,
        names=_names(row.get("names")),
        leniencies=leniencies | RFC_3280_ERA if legacy else leniencies,
        algorithms=load_policy("legacy" if legacy else jurisdiction.algorithm_policy),
        freshness_seconds=jurisdiction.revocation_freshness_seconds,
        undated_seconds=_UNDATED_SECONDS,
        # RFC 6960 3.2 and 4.2.2.1 measure thisUpdate and nextUpdate alone.
        produced_later=True,
    )


_USAGES = {
    "serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2", "codeSigning": "1.3.6.1.5.5.7.3.3",
    "emailProtection": "1.3.6.1.5.5.7.3.4", "timeStamping": "1.3.6.1.5.5.7.3.8", "OCSPSigning": "1.3.6.1.5.5.7.3.9",
    "anyExtendedKeyUsage": "2.5.29.37.0",
}  # fmt: skip


def _usage(value: str) -> str:
    return _USAGES.get(value, value)


def _text(row: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = row.get(key)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or not value:
        raise QuestionError(f"The field {key} has to be a text.")
    return value


def _texts(row: Mapping[str, Any], key: str) -> list[str]:
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise QuestionError(f"The field {key} has to be a list of texts.")
    return value


def _flag(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise QuestionError(f"The field {key} has to be true or false.")
    return value


def _depth(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise QuestionError("The field maxDepth has to be a number of certificates.")
    return value


def _unknown_kind(item: Mapping[str, Any]) -> bool:
    kind = item.get("kind")
    return not isinstance(kind, str) or kind not in _NAME_KINDS


def _is_text(value: object) -> bool:
    # Half of a surrogate pair is in no certificate, and nowhere to be encoded.
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _names(value: object) -> tuple[ExpectedName, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_NAMES:
        raise QuestionError(f"The field names has to be a list of at most {MAX_NAMES}.")
    found = []
    for item in value:
        if not isinstance(item, dict) or _unknown_kind(item) or not _is_text(item.get("value")):
            raise QuestionError("An expected name has to have a known kind and a value.")
        found.append(ExpectedName(item["kind"], item["value"]))
    return tuple(found)


def _time(value: object, now: datetime) -> datetime:
    if value is None:
        return now
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        return utc_time(str(value))
    except (ValueError, OverflowError, OSError) as error:
        raise QuestionError("The field at has to be a time in ISO 8601.") from error


def answer_line(identifier: object, outcome: PathOutcome) -> dict[str, object]:
    """The line out: the first reason decides `reason`, `clause` and `detail`; `reasons` lists them all."""
    line: dict[str, object] = {"id": identifier, "valid": outcome.valid}
    line |= _reason_fields(outcome.reasons[0] if outcome.reasons else None)
    line["policies"] = list(outcome.policies)
    line["path"] = [certificate.fingerprint for certificate in outcome.certificates]
    line["explored"] = outcome.explored
    line["reasons"] = [{"code": one.code, "params": dict(one.params)} for one in outcome.reasons]
    line["leniencies"] = list(outcome.leniencies)
    return line


def refusal_line(identifier: object, reason: Reason) -> dict[str, object]:
    """The line out for a question that could not be put."""
    line: dict[str, object] = {"id": identifier, "valid": False}
    line |= _reason_fields(reason)
    return line | {"policies": [], "path": [], "explored": 0, "reasons": [_as_dict(reason)], "leniencies": []}


def _as_dict(reason: Reason) -> dict[str, object]:
    return {"code": reason.code, "params": dict(reason.params)}


def _reason_fields(reason: Reason | None) -> dict[str, object]:
    if reason is None:
        return {"reason": None, "clause": None, "detail": None}
    return {"reason": reason.code, "clause": definition(reason.code).clause, "detail": sentence(reason)}
