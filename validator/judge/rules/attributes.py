"""Rules about the signature policy and the properties of a signature (blocks VCI and SAV; EN 319 102-1 5.2.4, 5.2.8).

Properties are recognised by the identifiers that each form has for them: object identifiers in CMS, element names in
XAdES, header parameters in JAdES, plain words in what another system recorded.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import cache

from policies.algorithms import AlgorithmUse
from policies.algorithms.digests import digest_algorithms
from policies.reasons import Reason
from validator.evidence import TimestampKind
from validator.judge.rules.found import ANY, HOLDS, Reasons, accepted, listed
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import SignatureSubject

_MESSAGE_DIGEST = frozenset(("1.2.840.113549.1.9.4", "SignedProperties", "signed-properties", "message-digest"))
_CONTENT_TYPE = frozenset(("1.2.840.113549.1.9.3", "cty", "DataObjectFormat", "content-type", "mime-type"))
_CONTENT_HINTS = frozenset(("1.2.840.113549.1.9.16.2.4", "DataObjectFormat", "content-hints"))
_CONTENT_IDENTIFIER = frozenset(("1.2.840.113549.1.9.16.2.7", "content-identifier"))
_NO_POLICY = "none"
_SKEW = timedelta(seconds=60)


def _missing(attribute: str) -> Reasons:
    return (Reason.of("TS-RULE-ATTRIBUTE-MISSING", attribute=attribute),)


def _forbidden(attribute: str) -> Reasons:
    return (Reason.of("TS-RULE-ATTRIBUTE-FORBIDDEN", attribute=attribute),)


def _value(attribute: str, found: Iterable[str], wanted: tuple[str, ...]) -> Reasons:
    if accepted(found, wanted):
        return HOLDS
    reason = "TS-RULE-ATTRIBUTE-VALUE"
    return (Reason.of(reason, attribute=attribute, found=listed(found), wanted=listed(wanted)),)


def _signed(subject: SignatureSubject) -> set[str]:
    return {item.identifier for item in subject.signature.attributes if item.signed}


def _unsigned(subject: SignatureSubject) -> set[str]:
    return {item.identifier for item in subject.signature.attributes if not item.signed}


# --- VCI ----------------------------------------------------------------------------------------------------------


def _policy_accepted(subject: SignatureSubject, setting: Setting) -> Reasons:
    named = subject.signature.policy
    found = _NO_POLICY if named is None else named.identifier
    wanted = setting.texts()
    # "*" stands for any policy that is named; that none is named has to be accepted by its own word.
    if found in wanted or (ANY in wanted and named is not None):
        return HOLDS
    return (Reason.of("TS-RULE-POLICY-IDENTIFIER", found=found),)


def _policy_available(subject: SignatureSubject, setting: Setting) -> Reasons:
    named = subject.signature.policy
    if named is None or named.found or named.implied:
        return HOLDS
    return (Reason.of("TS-SIG-POLICY-NOT-AVAILABLE", policy=named.identifier),)


def _policy_hash(subject: SignatureSubject, setting: Setting) -> Reasons:
    named = subject.signature.policy
    if named is None or named.digest_matches is not False:
        return HOLDS
    return (Reason.of("TS-RULE-POLICY-HASH", policy=named.identifier),)


def _policy_hash_stated(subject: SignatureSubject, setting: Setting) -> Reasons:
    named = subject.signature.policy
    return HOLDS if named is None or named.digest else _missing("sigPolicyHash")


# --- SAV: the signing certificate -----------------------------------------------------------------------------------


def _reference_present(subject: SignatureSubject, setting: Setting) -> Reasons:
    if subject.signature.certificate_references or not accepted((subject.signature.format,), setting.texts()):
        return HOLDS
    return (Reason.of("TS-SIG-REFERENCE-ABSENT"),)


def _reference_single(subject: SignatureSubject, setting: Setting) -> Reasons:
    count = len(subject.signature.certificate_references)
    return (Reason.of("TS-RULE-REFERENCE-REPEATED", count=count),) if count > 1 else HOLDS


def _reference_in_path(subject: SignatureSubject, setting: Setting) -> Reasons:
    references = subject.signature.certificate_references
    if subject.path is None or len(references) < 2:
        return HOLDS
    outside = [item for item in references if item.matches not in subject.path.certificates]
    return (Reason.of("TS-SIG-REFERENCE-OUTSIDE-PATH", count=len(outside)),) if outside else HOLDS


def _reference_whole_path(subject: SignatureSubject, setting: Setting) -> Reasons:
    if subject.path is None:
        return HOLDS
    named = {item.matches for item in subject.signature.certificate_references}
    absent = [item for item in subject.path.certificates if item not in named]
    return (Reason.of("TS-RULE-REFERENCE-INCOMPLETE", count=len(absent)),) if absent else HOLDS


def _reference_digest(subject: SignatureSubject, setting: Setting) -> Reasons:
    found = {item.algorithm for item in subject.signature.certificate_references}
    weak = sorted(item for item in found if not _reliable(subject, item))
    return tuple(Reason.of("TS-RULE-REFERENCE-DIGEST", algorithm=item) for item in weak)


def _reliable(subject: SignatureSubject, algorithm: str) -> bool:
    known = _digests().get(algorithm)
    return known is not None and subject.algorithms.finding(known, subject.at) is None


@cache
def _digests() -> Mapping[str, AlgorithmUse]:
    return {item.name: AlgorithmUse(item.name, item.bits, "digest") for item in digest_algorithms()}


def _issuer_serial(subject: SignatureSubject, setting: Setting) -> Reasons:
    signature = subject.signature
    own = [item for item in signature.certificate_references if item.matches == signature.signing_certificate]
    if not own:
        return HOLDS
    wrong = signature.identifier_matches is False or any(item.issuer_serial_matches is False for item in own)
    return (Reason.of("TS-SIG-ISSUER-SERIAL"),) if wrong else HOLDS


# --- SAV: the other properties --------------------------------------------------------------------------------------


def _message_digest(subject: SignatureSubject, setting: Setting) -> Reasons:
    kinds = {item.kind for item in subject.signature.references}
    return HOLDS if (_signed(subject) | kinds) & _MESSAGE_DIGEST else _missing("message-digest")


def _signing_time(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.signature.claimed_time is not None else (Reason.of("TS-SIG-TIME-ABSENT"),)


def _signing_time_in_validity(subject: SignatureSubject, setting: Setting) -> Reasons:
    claimed, signer = subject.signature.claimed_time, subject.signer
    if claimed is None or signer is None or signer.not_before <= claimed <= signer.not_after:
        return HOLDS
    return (Reason.of("TS-RULE-TIME-OUTSIDE-VALIDITY", claimed=claimed.isoformat()),)


def _signing_time_not_future(subject: SignatureSubject, setting: Setting) -> Reasons:
    claimed = subject.signature.claimed_time
    if claimed is None or claimed - subject.now <= _SKEW:
        return HOLDS
    return (Reason.of("TS-RULE-TIME-FUTURE", claimed=claimed.isoformat()),)


def _content_type(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if _signed(subject) & _CONTENT_TYPE else _missing("content-type")


def _content_hints(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if _signed(subject) & _CONTENT_HINTS else _missing("content-hints")


def _content_identifier(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if _signed(subject) & _CONTENT_IDENTIFIER else _missing("content-identifier")


def _commitment(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.signature.commitments else _missing("commitment-type-indication")


def _commitment_forbidden(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _forbidden("commitment-type-indication") if subject.signature.commitments else HOLDS


def _commitment_type(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _value("commitment-type-indication", subject.signature.commitments, setting.texts())


def _signer_location(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.signature.location else _missing("signer-location")


def _signer_role(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.signature.roles else _missing("signer-attributes")


def _signer_role_value(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _value("signer-attributes", subject.signature.roles, setting.texts())


def _reason_given(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if subject.signature.reason_text else _missing("Reason")


def _content_time_stamp(subject: SignatureSubject, setting: Setting) -> Reasons:
    own = (item for item in subject.evidence.timestamps if item.owner == subject.signature.id)
    return HOLDS if any(item.kind is TimestampKind.CONTENT for item in own) else _missing("content-time-stamp")


def _counter_signed(subject: SignatureSubject) -> bool:
    return any(item.parent == subject.signature.id for item in subject.evidence.signatures)


def _counter_signature(subject: SignatureSubject, setting: Setting) -> Reasons:
    return HOLDS if _counter_signed(subject) else _missing("counter-signature")


def _counter_signature_forbidden(subject: SignatureSubject, setting: Setting) -> Reasons:
    return _forbidden("counter-signature") if _counter_signed(subject) else HOLDS


def _signed_attributes(subject: SignatureSubject, setting: Setting) -> Reasons:
    return tuple(reason for item in sorted(set(setting.texts()) - _signed(subject)) for reason in _missing(item))


def _unsigned_attributes(subject: SignatureSubject, setting: Setting) -> Reasons:
    return tuple(reason for item in sorted(set(setting.texts()) - _unsigned(subject)) for reason in _missing(item))


def _attributes_forbidden(subject: SignatureSubject, setting: Setting) -> Reasons:
    found = set(setting.texts()) & (_signed(subject) | _unsigned(subject))
    return tuple(reason for item in sorted(found) for reason in _forbidden(item))


CHECKS: Mapping[str, Callable[[SignatureSubject, Setting], Reasons]] = {
    "policy_accepted": _policy_accepted,
    "policy_available": _policy_available,
    "policy_hash": _policy_hash,
    "policy_hash_stated": _policy_hash_stated,
    "reference_present": _reference_present,
    "reference_single": _reference_single,
    "reference_in_path": _reference_in_path,
    "reference_whole_path": _reference_whole_path,
    "reference_digest": _reference_digest,
    "issuer_serial": _issuer_serial,
    "message_digest": _message_digest,
    "signing_time": _signing_time,
    "signing_time_in_validity": _signing_time_in_validity,
    "signing_time_not_future": _signing_time_not_future,
    "content_type": _content_type,
    "content_hints": _content_hints,
    "content_identifier": _content_identifier,
    "commitment": _commitment,
    "commitment_forbidden": _commitment_forbidden,
    "commitment_type": _commitment_type,
    "signer_location": _signer_location,
    "signer_role": _signer_role,
    "signer_role_value": _signer_role_value,
    "reason_given": _reason_given,
    "content_time_stamp": _content_time_stamp,
    "counter_signature": _counter_signature,
    "counter_signature_forbidden": _counter_signature_forbidden,
    "signed_attributes": _signed_attributes,
    "unsigned_attributes": _unsigned_attributes,
    "attributes_forbidden": _attributes_forbidden,
}
