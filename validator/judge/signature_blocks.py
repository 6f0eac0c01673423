"""FC, ISC, VCI, CV and SAV: the building blocks about the signature itself (EN 319 102-1 clauses 5.2.2 to 5.2.8)."""

from datetime import datetime

from policies.algorithms import CryptoResult, missing_part
from policies.reasons import Reason, definition
from policies.vocabulary import Indication, Severity, SubIndication
from validator.evidence import SignatureFacts
from validator.judge.chain_algorithms import algorithm_reasons
from validator.judge.chains import PathFacts
from validator.judge.conclusion import Conclusion, Finding, failed, indeterminate, passed
from validator.judge.context import Context
from validator.judge.rules.evaluate import hear
from validator.judge.rules.form import UNDEFINED
from validator.judge.rules.subjects import SignatureSubject, context_of


def subject_of(
    context: Context, signature: SignatureFacts, at: datetime, path: PathFacts | None = None
) -> SignatureSubject:
    """The signature as the rules of the policy look at it, for its acceptance at `at`."""
    name = signature.signing_certificate
    return SignatureSubject(
        evidence=context.evidence,
        signature=signature,
        algorithms=context.policy.algorithms,
        at=at,
        now=context.at,
        path=path,
        signer=context.chains.certificate(name) if name else None,
    )


def format_check(context: Context, signature: SignatureFacts) -> Conclusion:
    """FC, 5.2.2: the form's own faults, changes after signing that the signed revision does not allow, and what the
    policy demands of the form."""
    errors = [item for item in signature.structure if definition(item.code).severity is Severity.ERROR]
    forbidden = sorted({item.category for item in signature.changes if not item.permitted} - UNDEFINED)
    if forbidden:
        errors.append(Reason.of("TS-PDF-CHANGED", categories=", ".join(forbidden)))
    heard = hear(context.policy, "FC", context_of(signature), subject_of(context, signature, context.at))
    remarks = [item for item in (*signature.structure, *signature.remarks) if item not in errors]
    if signature.changes and all(item.permitted for item in signature.changes):
        categories = sorted({item.category for item in signature.changes})
        remarks.append(Reason.of("TS-PDF-EXTENDED", categories=", ".join(categories)))
    reasons = dict.fromkeys((*errors, *heard.failures, *remarks, *heard.remarks))
    return failed(SubIndication.FORMAT_FAILURE, *reasons) if errors or not heard.passed else passed(*reasons)


def identify_certificate(signature: SignatureFacts) -> Conclusion:
    """ISC, 5.2.3: the certificate that the signed reference names; without a reference, the one that the signature
    identifies (policy decides in SAV whether that is enough)."""
    certificate = signature.signing_certificate
    if certificate is None:
        reason = Reason.of("TS-SIG-NO-CERTIFICATE")
        return indeterminate(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, reason)
    references = signature.certificate_references
    if not references:
        return passed()
    matching = [item for item in references if item.matches == certificate]
    if not matching:
        return indeterminate(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, Reason.of("TS-SIG-REFERENCE-MISMATCH"))
    return passed()


def initialise(context: Context, signature: SignatureFacts) -> Conclusion:
    """VCI, 5.2.4: the policy given applies; it says what becomes of a policy that the signature names."""
    return hear(context.policy, "VCI", context_of(signature), subject_of(context, signature, context.at)).conclusion()


def cryptographic_verification(signature: SignatureFacts) -> Conclusion:
    """CV, 5.2.7: data present, digests agree, value verifies. All three are looked at, the first decides."""
    found: list[Conclusion] = []
    missing = [item for item in signature.references if not item.found]
    broken = [item for item in signature.references if item.intact is False and item.found]
    unknown = [item for item in signature.references if item.intact is None and item.found]
    found += (digest_unsupported(item.algorithm) for item in unknown if item.kind != "content")
    if missing or not signature.references:
        found.append(indeterminate(SubIndication.SIGNED_DATA_NOT_FOUND, Reason.of("TS-SIG-DATA-NOT-FOUND")))
    if broken:
        names = ", ".join(sorted({item.name or item.kind for item in broken}))
        found.insert(0, failed(SubIndication.HASH_FAILURE, Reason.of("TS-SIG-HASH", references=names)))
    value = _value(signature)
    if value is not None:
        found.append(value)
    if not found:
        return passed()
    first = next((item for item in found if item.indication is Indication.FAILED), found[0])
    reasons = tuple(dict.fromkeys(reason for item in found for reason in item.reasons))
    return Conclusion(indication=first.indication, sub_indication=first.sub_indication, reasons=reasons)


def _value(signature: SignatureFacts) -> Conclusion | None:
    if signature.result is CryptoResult.VALID:
        return None
    if signature.result is CryptoResult.UNSUPPORTED:
        return _unsupported(signature)
    if signature.result is None:
        if not signature.data_found:
            return indeterminate(SubIndication.SIGNED_DATA_NOT_FOUND, Reason.of("TS-SIG-DATA-NOT-FOUND"))
        return indeterminate(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, Reason.of("TS-SIG-NO-CERTIFICATE"))
    code = "TS-SIG-VALUE" if signature.result is CryptoResult.INVALID else "TS-SIG-VALUE-MALFORMED"
    return failed(SubIndication.SIG_CRYPTO_FAILURE, Reason.of(code))


def _unsupported(signature: SignatureFacts) -> Conclusion:
    """Nothing is known about the value: not forged, and no proof of existence can help (5.2.7, table 6)."""
    digests = [item.name for item in signature.uses if item.purpose == "digest" and not item.bits]
    if digests:
        return digest_unsupported(digests[0])
    algorithm = signature.algorithm or "-"
    part = missing_part(algorithm)
    missing = () if part is None else (Reason.of("TS-ALG-NOT-INSTALLED", algorithm=algorithm, part=part),)
    reason = Reason.of("TS-SIG-ALGORITHM-UNSUPPORTED", algorithm=algorithm)
    return indeterminate(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason, *missing)


def digest_unsupported(algorithm: str) -> Conclusion:
    """Data is there, and its digest cannot be computed: nothing is known about it (5.2.7)."""
    reason = Reason.of("TS-ALG-DIGEST-UNSUPPORTED", algorithm=algorithm)
    return indeterminate(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, reason)


def acceptance(context: Context, signature: SignatureFacts, at: datetime, path: PathFacts | None) -> Conclusion:
    """SAV, 5.2.8, at the time `at`: what the policy demands of the properties, then algorithms."""
    heard = hear(context.policy, "SAV", context_of(signature), subject_of(context, signature, at, path))
    if not heard.passed:
        return heard.conclusion()
    findings = signature_findings(context, signature, at)
    if findings:
        return Conclusion(
            indication=Indication.INDETERMINATE,
            sub_indication=SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
            reasons=(*algorithm_reasons("TS-SIG-ALGORITHM", findings), *heard.remarks),
            findings=findings,
        )
    return passed(*heard.remarks, *context.remarks(signature.uses, at))


def signature_findings(context: Context, signature: SignatureFacts, at: datetime) -> tuple[Finding, ...]:
    """Algorithms of the signature value and its digests that are not reliable at `at`. What nobody here can compute is
    said as such by the cryptographic verification; it is not also forbidden."""
    unsupported = signature.result is CryptoResult.UNSUPPORTED
    known = (item for item in signature.uses if item.bits or not unsupported)
    return context.unreliable(known, at, "signature")
