"""Rules about what is known of a certificate's revocation status (EN 319 102-1 5.2.5 and 5.2.6).

They speak about the CRL or OCSP response that an answer rests on; where there is none, the building block itself has
said so. How old it may be depends on the time that is asked about (block RFC); the rest does not (block XCV).
"""

from collections.abc import Callable, Mapping

from policies.reasons import Reason
from validator.judge.rules.found import HOLDS, Reasons, accepted, listed
from validator.judge.rules.model import Setting
from validator.judge.rules.subjects import CertificateSubject, StatusSubject


def _maximum_age(subject: StatusSubject, setting: Setting) -> Reasons:
    issued, limit = subject.answer.this_update, setting.number("seconds")
    if issued is None or limit is None or (subject.at - issued).total_seconds() < limit:
        return HOLDS
    who = subject.certificate.subject
    return (Reason.of("TS-RULE-STATUS-AGE", subject=who, issued=issued.isoformat(), seconds=limit),)


def _value(subject: CertificateSubject, item: str, found: str, wanted: str) -> Reasons:
    who = subject.certificate.subject
    return (Reason.of("TS-RULE-STATUS-VALUE", subject=who, item=item, found=found, wanted=wanted),)


def _next_update(subject: CertificateSubject, setting: Setting) -> Reasons:
    answer = subject.answer
    if answer is None or answer.source is None or answer.next_update is not None:
        return HOLDS
    return (Reason.of("TS-RULE-STATUS-MISSING", subject=subject.certificate.subject, item="nextUpdate"),)


def _source_kind(subject: CertificateSubject, setting: Setting) -> Reasons:
    found, wanted = subject.answer.source_kind if subject.answer else None, setting.texts()
    if found is None or accepted((found,), wanted):
        return HOLDS
    return _value(subject, "source", found, listed(wanted))


def _issued_after_certificate(subject: CertificateSubject, setting: Setting) -> Reasons:
    issued, start = subject.answer.this_update if subject.answer else None, subject.certificate.not_before
    if issued is None or issued >= start:
        return HOLDS
    return _value(subject, "thisUpdate", issued.isoformat(), f">= {start.isoformat()}")


def _issued_before_expiry(subject: CertificateSubject, setting: Setting) -> Reasons:
    issued, end = subject.answer.this_update if subject.answer else None, subject.certificate.not_after
    if issued is None or issued <= end:
        return HOLDS
    return _value(subject, "thisUpdate", issued.isoformat(), f"<= {end.isoformat()}")


def _not_self_issued(subject: CertificateSubject, setting: Setting) -> Reasons:
    own, answer = subject.certificate, subject.answer
    if answer is None or not answer.signer_path or answer.signer_path[0] != own.name or own.ca:
        return HOLDS
    return (Reason.of("TS-RULE-STATUS-SELF-ISSUED", subject=own.subject),)


AGE_CHECKS: Mapping[str, Callable[[StatusSubject, Setting], Reasons]] = {"maximum_age": _maximum_age}
CHECKS: Mapping[str, Callable[[CertificateSubject, Setting], Reasons]] = {
    "next_update": _next_update,
    "source_kind": _source_kind,
    "issued_after_certificate": _issued_after_certificate,
    "issued_before_expiry": _issued_before_expiry,
    "not_self_issued": _not_self_issued,
}
