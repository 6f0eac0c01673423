"""CAdES baseline signatures, detached: levels B, T, LT and LTA (EN 319 122-1 6)."""

from dataclasses import replace
from datetime import datetime

from ops.platform import der
from signer import archive, cms
from signer.errors import DocumentRefusedError, EmptyDocumentError, TooLargeError
from signer.model import Material, Prepared, SignatureFormat, SigningIdentity, SigningOptions, Timestamper
from signer.schemes import digest_of
from signer.tsa.token import token_certificates

MAXIMUM_SIZE = 256 * 1024 * 1024


def prepare(document: bytes, identity: SigningIdentity, options: SigningOptions, at: datetime) -> Prepared:
    """Everything but the signature value. `at` becomes the claimed signing-time.

    Raises EmptyDocumentError, TooLargeError, AlgorithmRefusedError.
    """
    if not document:
        raise EmptyDocumentError("The document is empty.")
    if len(document) > MAXIMUM_SIZE:
        raise TooLargeError(f"The document is larger than {MAXIMUM_SIZE // 2**20} MiB.")
    if options.reason is not None or options.stamp is not None:
        raise DocumentRefusedError("A reason text and a visible stamp exist in PDF only; CAdES has commitment types.")
    scheme = identity.scheme
    content_digest = digest_of(scheme.digest, document)
    attributes = cms.signed_attributes(
        certificate=identity.certificate,
        scheme=scheme,
        content_digest=content_digest,
        signing_time=at,
        commitment=options.commitment,
    )
    return Prepared(
        format=SignatureFormat.CADES,
        identity=identity,
        options=options,
        at=at,
        document_digest=content_digest if scheme.digest == "sha256" else digest_of("sha256", document),
        digest=scheme.digest,
        to_be_signed=attributes,
        to_be_signed_digest=digest_of(scheme.digest, attributes),
        content_digest=content_digest,
        carrier=document,
    )


def assemble(prepared: Prepared, value: bytes) -> cms.SignedData:
    """Level B: the SignedData with the signature value."""
    identity = prepared.identity
    signer = cms.signer_info(identity.facts, identity.scheme, prepared.to_be_signed, value)
    return cms.detached(signer, (identity.certificate, *identity.chain))


def add_signature_timestamp(signed: cms.SignedData, timestamper: Timestamper, digest: str) -> cms.SignedData:
    """Level T: a token over the octets of the signature value (EN 319 122-1 5.3)."""
    signer = signed.signers[0]
    token = timestamper.stamp(digest_of(digest, signer.signature), digest)
    return replace(signed, signers=(signer.with_unsigned(der.attribute(cms.SIGNATURE_TIME_STAMP, token)),))


def add_material(signed: cms.SignedData, material: Material) -> cms.SignedData:
    """Level LT: certificates and revocation data into SignedData (EN 319 122-1 6.3: not into unsigned attributes)."""
    revocation = material.crls + tuple(cms.ocsp_choice(response) for response in material.ocsps)
    return replace(
        signed,
        certificates=tuple(dict.fromkeys(signed.certificates + material.certificates)),
        revocation=tuple(dict.fromkeys(signed.revocation + revocation)),
    )


def add_archive_timestamp(
    signed: cms.SignedData, document: bytes, timestamper: Timestamper, digest: str = "sha256"
) -> cms.SignedData:
    """Level LTA: an archive-time-stamp-v3 over everything that is there now; calling it again renews the archive."""
    # The index follows the order in which the SETs are written.
    ordered = replace(
        signed, certificates=tuple(sorted(signed.certificates)), revocation=tuple(sorted(signed.revocation))
    )
    signer = ordered.signers[0]
    index = archive.hash_index(ordered, signer, digest)
    covered = archive.imprint(ordered, signer, digest_of(digest, document), index, digest)
    token = timestamper.stamp(covered, digest)
    return replace(ordered, signers=(signer.with_unsigned(archive.attribute(token, index)),))


def timestamp_certificates(signed: cms.SignedData) -> tuple[tuple[bytes, ...], ...]:
    """For each time-stamp in the first SignerInfo the certificates of its token, the unit's own first."""
    kinds = (cms.SIGNATURE_TIME_STAMP, archive.ARCHIVE_TIME_STAMP_V3)
    unsigned = signed.signers[0].unsigned_attributes
    return tuple(token_certificates(token) for kind in kinds for token in cms.attribute_values(unsigned, kind))
