"""Whose signature stands on a CRL or an OCSP response, and may that signer speak (RFC 5280 6.3.3 (f) to (h), RFC 6960
4.2.2.2, RFC 10007)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from policies.algorithms import CryptoResult
from policies.reasons import Reason
from validator.path.certificate import Certificate, parse_certificate
from validator.revocation.context import SignerPurpose
from validator.revocation.crl import CertificateList
from validator.revocation.keys import key_sha1
from validator.revocation.ocsp import OcspResponse
from validator.revocation.question import Question

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"
OCSP_SIGNING_OCTETS = bytes.fromhex("2b06010505070309")
_MAX_RESPONDERS_KEPT = 1_000
_MAX_KEYS_TRIED = 16
_MAX_CERTIFICATES_TRIED = 64
_SIGNATURE_USAGES = frozenset({"digitalSignature", "nonRepudiation"})


class Signer:
    """A signer that may be relied on: its certificate, the SHA-256 (hex) of its path, signer first, and the leniencies
    that were needed to take the signature for its."""

    __slots__ = ("certificate", "notes", "path")

    def __init__(self, certificate: Certificate, path: tuple[str, ...]) -> None:
        self.certificate = certificate
        self.path = path
        self.notes: tuple[Reason, ...] = ()


def crl_signer(question: Question, crl: CertificateList) -> Signer | None:
    """The signer of `crl`, None (with a note) when nobody who may has signed it."""
    if crl.sha256 not in question.crl_signers:
        question.crl_signers[crl.sha256] = _find_crl_signer(question, crl)
    return question.crl_signers[crl.sha256]


def _find_crl_signer(question: Question, crl: CertificateList) -> Signer | None:
    outcomes: set[CryptoResult] = set()
    misnamed: set[bytes] = set()
    for candidate in _few_keys(_crl_candidates(question, crl)):
        if candidate.spki in misnamed:
            continue
        result = _verified(question, crl.sha256, crl.outer_algorithm, candidate, crl)
        outcomes.add(result)
        if result is not CryptoResult.VALID:
            continue
        if not _may_sign_crls(question, crl, candidate):
            continue
        if not question.algorithm_accepted(crl.sha256, crl.outer_algorithm, candidate.spki):
            return None
        notes = question.admitted("crl", crl.sha256, _identifier_faults(question, crl, candidate))
        if notes is None:
            misnamed.add(candidate.spki)
            continue
        signer = _relied_on(question, candidate, SignerPurpose.CRL, crl.sha256, crl.this_update)
        if signer is not None:
            signer.notes = notes
            return signer
    if CryptoResult.VALID not in outcomes:
        _note_signature(question, "crl", crl.sha256, outcomes)
    return None


def _crl_candidates(question: Question, crl: CertificateList) -> Iterator[Certificate]:
    if question.issuer.subject.key == crl.issuer.key:
        yield question.issuer
    others = [item for item in question.context.engine.certificates_of(crl.issuer) if item != question.issuer]
    # The identifier is a hint only: cross-certificates may carry another one for the same key (4.2.1.1). It is looked
    # for in the octets, because reading the extensions of thousands of certificates of one name would cost seconds.
    hint = b"" if crl.authority_key_id is None else crl.authority_key_id.key_id or b""
    yield from sorted(others, key=lambda item: (hint not in item.der, item.fingerprint))


def _identifier_faults(question: Question, crl: CertificateList, signer: Certificate) -> tuple[str, ...]:
    """5.2.1: the authority key identifier means the key that signed, by an identifier that a certificate gives it (the
    certificates of one key may give it several) or by its SHA-1 (4.2.1.2)."""
    meant = None if crl.authority_key_id is None else crl.authority_key_id.key_id
    own = signer.details.subject_key_id
    if meant is None or own is None or own == meant or key_sha1(signer.spki) == meant:
        return ()
    by_subject = question.certificate.details.authority_key_id
    if signer.spki == question.issuer.spki and by_subject is not None and by_subject.key_id == meant:
        return ()
    # Those that hold the identifier come first.
    for other in islice(_crl_candidates(question, crl), _MAX_CERTIFICATES_TRIED):
        if other.spki == signer.spki and meant in other.der and other.details.subject_key_id == meant:
            return ()
    faults: set[str] = set()
    faults.add("authority-key-identifier-mismatch")
    return tuple(faults)


def _few_keys(candidates: Iterable[Certificate]) -> Iterator[Certificate]:
    # Several certificates of one key are all offered, because one of them may be good for what another is not.
    keys: set[bytes] = set()
    for candidate in islice(candidates, _MAX_CERTIFICATES_TRIED):
        keys.add(candidate.spki)
        if len(keys) > _MAX_KEYS_TRIED:
            return
        yield candidate


def _verified(
    question: Question, sha256: str, algorithm: bytes, signer: Certificate, signed: CertificateList | OcspResponse
) -> CryptoResult:
    memory = question.context.signatures
    parameters = question.dsa_parameters
    if parameters is not None and signer != question.issuer:
        parameters = None
    known = memory.known(sha256, algorithm, signer.spki, parameters)
    if known is not None:
        # The signed octets of a large list are copied only when they have to be checked.
        return known
    if not question.may_check():
        return CryptoResult.UNSUPPORTED
    question.context.in_time()
    return memory.check(sha256, algorithm, signer.spki, signed.tbs, signed.signature, parameters)


def _note_signature(question: Question, kind: str, source: str, outcomes: set[CryptoResult]) -> None:
    if not outcomes:
        question.note("TS-REV-SIGNER-UNKNOWN", kind=kind, source=source)
    elif CryptoResult.UNSUPPORTED in outcomes:
        # One of the keys that may be meant cannot be used here: nobody can say that the signature is wrong.
        question.note("TS-REV-SIGNATURE-UNSUPPORTED", kind=kind, source=source)
    else:
        question.note("TS-REV-SIGNATURE", kind=kind, source=source)


def _may_sign_crls(question: Question, crl: CertificateList, signer: Certificate) -> bool:
    usage = signer.details.key_usage
    # RFC 10007: a key whose certificate has no key usage is not certified for CRLs. A CA's own key is: it is already
    # accepted for signing certificates, and version 1 roots have no extensions.
    allowed = "cRLSign" in usage if usage is not None else signer == question.issuer or signer.details.ca
    if not allowed:
        question.note("TS-REV-CRL-SIGN", source=crl.sha256, signer=signer.fingerprint)
    return allowed


def _relied_on(
    question: Question, signer: Certificate, purpose: SignerPurpose, source: str, issued: datetime
) -> Signer | None:
    if signer == question.issuer:
        # Its path is the one under validation.
        return Signer(signer, (signer.fingerprint,))
    context = question.context
    if signer.fingerprint in context.pending:
        if purpose is SignerPurpose.CRL:
            return Signer(signer, (signer.fingerprint,))
        # A CRL issuer's list may cover its issuer; a delegated responder cannot vouch for itself (4.2.2.2.1).
        question.note("TS-REV-RESPONDER", source=source, signer=signer.fingerprint, why="own-status")
        return None
    moment = question.signer_time(issued)
    verdict = context.engine.validate_signer(signer, purpose, moment, context.within(signer))
    if verdict.trusted:
        return Signer(signer, verdict.path or (signer.fingerprint,))
    why = verdict.reasons[0].code if verdict.reasons else "none"
    question.note("TS-REV-SIGNER-UNTRUSTED", source=source, signer=signer.fingerprint, why=why)
    return None


def ocsp_signer(question: Question, response: OcspResponse) -> Signer | None:
    """The responder that signed `response` and is authorised for the certificate in question, None (with a note)
    when there is none."""
    if _is_responder(question.issuer, response) and _by_issuer(question, response):
        return Signer(question.issuer, (question.issuer.fingerprint,))
    outcomes: set[CryptoResult] = set()
    for candidate in _few_keys(_ocsp_candidates(question, response)):
        result = _verified(question, response.sha256, response.algorithm, candidate, response)
        outcomes.add(result)
        if result is not CryptoResult.VALID:
            continue
        if not question.algorithm_accepted(response.sha256, response.algorithm, candidate.spki):
            return None
        signer = _authorised(question, response, candidate)
        if signer is not None:
            return signer
    if CryptoResult.VALID not in outcomes:
        _note_signature(question, "ocsp", response.sha256, outcomes)
    return None


def _by_issuer(question: Question, response: OcspResponse) -> bool:
    # Most responses are the issuer's own; nobody else need be looked for then.
    issuer = question.issuer
    result = _verified(question, response.sha256, response.algorithm, issuer, response)
    return result is CryptoResult.VALID and question.algorithm_accepted(
        response.sha256, response.algorithm, issuer.spki
    )


def _ocsp_candidates(question: Question, response: OcspResponse) -> Iterator[Certificate]:
    seen: set[str] = set()
    for candidate in _known_responders(question, response):
        if candidate.fingerprint not in seen and _is_responder(candidate, response):
            seen.add(candidate.fingerprint)
            yield candidate


def _known_responders(question: Question, response: OcspResponse) -> Iterator[Certificate]:
    yield question.issuer
    for encoded in response.certificates:
        parsed = parse_certificate(encoded)
        if isinstance(parsed, Certificate):
            yield parsed
    if response.responder_name is not None:
        yield from question.context.engine.certificates_of(response.responder_name)
    elif response.responder_key_hash is not None:
        yield from _delegates(question).get(response.responder_key_hash, ())


def _delegates(question: Question) -> dict[bytes, list[Certificate]]:
    """Certificates at hand that say that the issuer issued them for OCSP signing, by the SHA-1 of their keys."""
    if question.delegates is None:
        question.delegates = {}
        issued = question.context.engine.certificates_issued_by(question.issuer.subject)
        # Looked for in the octets: a pool may hold ten thousand certificates of one issuer.
        responders = (item for item in issued if OCSP_SIGNING_OCTETS in item.der)
        for item in islice(responders, _MAX_RESPONDERS_KEPT):
            hashed = key_sha1(item.spki)
            if hashed is not None:
                question.delegates.setdefault(hashed, []).append(item)
    return question.delegates


def _is_responder(certificate: Certificate, response: OcspResponse) -> bool:
    if response.responder_name is not None:
        return certificate.subject.key == response.responder_name.key
    return key_sha1(certificate.spki) == response.responder_key_hash


def _authorised(question: Question, response: OcspResponse, signer: Certificate) -> Signer | None:
    # 4.2.2.2: the CA itself, a responder that a list vouches for, or a delegate that the CA's own key certified.
    produced = response.produced_at or question.at
    if signer == question.issuer or _is_issuer_key(question, signer):
        return Signer(question.issuer, (question.issuer.fingerprint,))
    vouched = signer.fingerprint in question.context.trusted_responders
    if vouched and signer.not_before <= produced <= signer.not_after:
        return Signer(signer, (signer.fingerprint,))
    why = _delegation_fault(question, signer)
    if why is not None:
        question.note("TS-REV-RESPONDER", source=response.sha256, signer=signer.fingerprint, why=why)
        return None
    return _relied_on(question, signer, SignerPurpose.OCSP, response.sha256, produced)


def _is_issuer_key(question: Question, signer: Certificate) -> bool:
    # A link or cross-certificate of the same CA: same name, same key.
    return signer.spki == question.issuer.spki and signer.subject.key == question.issuer.subject.key


def _delegation_fault(question: Question, signer: Certificate) -> str | None:
    issuer, details = question.issuer, signer.details
    if signer.issuer.key != issuer.subject.key:
        return "other-issuer"
    if details.extended_key_usage is None or OCSP_SIGNING not in details.extended_key_usage:
        return "no-ocsp-signing"
    if details.key_usage is not None and not details.key_usage & _SIGNATURE_USAGES:
        # RFC 5280 4.2.1.12: OCSP signing goes with digitalSignature or nonRepudiation.
        return "key-usage"
    memory = question.context.signatures
    result = memory.verify(
        signer.fingerprint,
        signer.outer_algorithm,
        issuer.spki,
        signer.tbs,
        signer.signature,
        question.dsa_parameters,
    )
    return None if result is CryptoResult.VALID else "other-key"
