"""prepare → sign → finalise: one contract for every key holder.

`prepare` needs no key, `finalise` needs none either; between them any holder (key store, token, remote service, agent
on the signer's own machine) answers `Prepared.to_be_signed` with a signature value. `finalise` trusts nobody: it checks
that the value belongs to the certificate and that the carrier is still the one that was prepared, raises the signature
to its level, and lets the validator judge the result before it is handed out.
"""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from signer import cades, cms
from signer.errors import (
    CredentialUnusableError,
    RevocationMissingError,
    SelfValidationError,
    SignatureValueError,
    TsaUnreachableError,
)
from signer.model import (
    AdesLevel,
    Material,
    MaterialSource,
    Prepared,
    SelfCheck,
    SignatureFormat,
    SigningIdentity,
    SigningOptions,
    SigningServices,
    Timestamper,
)
from signer.schemes import check_value, digest_of


def preflight(identity: SigningIdentity, options: SigningOptions, services: SigningServices, at: datetime) -> Material:
    """Everything that can fail without the key does so here. Returns the material found for the signing certificate.

    CredentialUnusableError outside its validity; TsaUnreachableError or RevocationMissingError when the level needs a
    service that is not there; and whatever collecting the material raises, so that nothing is signed with a revoked
    certificate or at a level that cannot be reached.
    """
    signer = identity.facts
    if not signer.not_before <= at <= signer.not_after:
        raise CredentialUnusableError("The signing certificate is not in force now.")
    if options.level.has_timestamp and services.timestamper is None:
        raise TsaUnreachableError("The level needs a time-stamp, and no time-stamp authority is configured.")
    if not options.level.has_material:
        return Material()
    return _source(services).collect(((identity.certificate, *identity.chain),), at)


def prepare(
    format: SignatureFormat, document: bytes, identity: SigningIdentity, options: SigningOptions, at: datetime
) -> Prepared:
    """Everything but the signature value; `document` is not changed. `at` is the claimed signing time.

    Raises DocumentRefusedError and its kinds, AlgorithmRefusedError.
    """
    if format is SignatureFormat.CADES:
        return cades.prepare(document, identity, options, at)
    if format is SignatureFormat.PADES:
        from signer.pdf.signature import prepare as prepare_pdf  # the PDF library is slow to load

        return prepare_pdf(document, identity, options, at)
    assert_never(format)


def finalise(prepared: Prepared, value: bytes, services: SigningServices, at: datetime) -> bytes:
    """The finished signature: a PDF for PAdES, a CMS file (.p7s) for CAdES. `at` is now, for revocation material.

    SignatureValueError when `value` is not the certificate's signature over what was prepared, or the carrier was
    changed since; TimestampError, RevocationMissingError … when the level cannot be reached; SelfValidationError when
    the validator does not accept the result. In every case nothing is returned.
    """
    check_value(prepared.identity.scheme, prepared.identity.facts.spki, prepared.to_be_signed, value)
    _check_binding(prepared)
    signed = cades.assemble(prepared, value)
    if prepared.options.level.has_timestamp:
        signed = cades.add_signature_timestamp(signed, _timestamper(services), prepared.digest)
    if prepared.format is SignatureFormat.CADES:
        result = _finish_cades(prepared, signed, services, at)
    else:
        result = _finish_pades(prepared, signed, services, at)
    if services.judge is not None:
        _require_accepted(services.judge(result, prepared))
    return result


def sign(
    format: SignatureFormat,
    document: bytes,
    identity: SigningIdentity,
    options: SigningOptions,
    services: SigningServices,
    holder: Callable[[bytes], bytes],
    clock: Callable[[], datetime],
) -> bytes:
    """All steps with a holder that answers at once. `clock` gives now; `holder` signs octets."""
    at = clock().replace(microsecond=0)
    preflight(identity, options, services, at)
    prepared = prepare(format, document, identity, options, at)
    return finalise(prepared, holder(prepared.to_be_signed), services, clock())


def _check_binding(prepared: Prepared) -> None:
    if prepared.format is SignatureFormat.CADES:
        found = digest_of(prepared.digest, prepared.carrier)
    else:
        from signer.pdf.signature import covered_digest

        found = covered_digest(prepared.carrier, prepared.placeholder, prepared.digest)
    declared = cms.attribute_values(prepared.to_be_signed, cms.MESSAGE_DIGEST)
    if found != prepared.content_digest or len(declared) != 1 or not declared[0].endswith(found):
        raise SignatureValueError("What was prepared was changed before it was finished.")


def _finish_cades(prepared: Prepared, signed: cms.SignedData, services: SigningServices, at: datetime) -> bytes:
    level = prepared.options.level
    if level.has_material:
        signed = cades.add_material(signed, _material(prepared, signed, services, at))
    if level is AdesLevel.LTA:
        signed = cades.add_archive_timestamp(
            signed, prepared.carrier, _timestamper(services), prepared.identity.scheme.reference_digest
        )
    return signed.encode()


def _finish_pades(prepared: Prepared, signed: cms.SignedData, services: SigningServices, at: datetime) -> bytes:
    from signer.pdf import longterm
    from signer.pdf.signature import fill, token_reserve

    level = prepared.options.level
    document = fill(prepared.carrier, prepared.placeholder, signed.encode())
    if level.has_material:
        document = longterm.add_material(document, _material(prepared, signed, services, at))
    if level is AdesLevel.LTA:
        digest, reserve = prepared.identity.scheme.reference_digest, token_reserve(prepared.identity)
        document = longterm.add_document_timestamp(document, _timestamper(services), digest, reserve)
    return document


def _material(prepared: Prepared, signed: cms.SignedData, services: SigningServices, at: datetime) -> Material:
    """Material for the signing certificate and for the unit of each time-stamp."""
    own = (prepared.identity.certificate, *prepared.identity.chain)
    return _source(services).collect((own, *cades.timestamp_certificates(signed)), at)


def _require_accepted(check: SelfCheck) -> None:
    if not check.accepted:
        reasons = ", ".join(check.reasons) or "no reason was given"
        raise SelfValidationError(f"The finished signature was judged {check.indication}: {reasons}.")


def _timestamper(services: SigningServices) -> Timestamper:
    if services.timestamper is None:
        raise TsaUnreachableError("The level needs a time-stamp, and no time-stamp authority is configured.")
    return services.timestamper


def _source(services: SigningServices) -> MaterialSource:
    if services.material is None:
        raise RevocationMissingError("The level needs revocation data, and there is no source for it.")
    return services.material
