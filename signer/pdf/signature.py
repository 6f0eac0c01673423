"""PAdES: the signature dictionary with an empty place, and the CMS put into it (EN 319 142-1 5.3 and 6.3)."""

from datetime import datetime
from io import BytesIO
from typing import Final, get_args

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigAppearanceSetup, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import PdfSignedData, SignatureObject

from ops.platform.keys import Sha2Name
from signer import cms
from signer.errors import BrokenPdfError, DocumentRefusedError, PlaceholderError
from signer.model import Prepared, SignatureFormat, SigningIdentity, SigningOptions
from signer.pdf import PDF_FAULTS
from signer.pdf.intake import empty_field_names, fresh_field_name, open_for_signing
from signer.schemes import digest_of

TOKEN_RESERVE: Final = 16 * 1024
_TOKEN_RESERVE_BARE: Final = 6 * 1024
_TOKEN_CERTIFICATES: Final = 6
_CMS_RESERVE: Final = 4 * 1024


def prepare(document: bytes, identity: SigningIdentity, options: SigningOptions, at: datetime) -> Prepared:
    """The document with one more revision that holds everything but the CMS; `at` becomes ``/M``.

    The input is not changed. Raises what `signer.pdf.intake.open_for_signing` raises, DocumentRefusedError for a field
    or page that does not exist, AlgorithmRefusedError.
    """
    if options.reason is not None and options.commitment is not None:
        raise DocumentRefusedError("PAdES takes a reason or a commitment type, not both (EN 319 142-1 6.3).")
    scheme = identity.scheme
    writer = open_for_signing(document)
    try:
        spec = _field(writer, options)
        writer.register_extension(ESIC_EXTENSION_1)
        # No /Cert (EN 319 142-1 6.3) and no /Name: the certificate says who signs.
        signature = SignatureObject(
            timestamp=at,
            subfilter=SigSeedSubFilter.PADES,
            location=options.location,
            reason=options.reason,
            bytes_reserved=2 * _reserve(identity, options),
        )
        carrier, placeholder, content_digest = write_placeholder(
            writer, spec, signature, scheme.digest, _appearance(identity, options, at)
        )
    except PDF_FAULTS as error:
        raise BrokenPdfError("The document's structure does not allow a further revision.") from error
    attributes = cms.signed_attributes(
        certificate=identity.certificate,
        scheme=scheme,
        content_digest=content_digest,
        commitment=options.commitment,
    )
    return Prepared(
        format=SignatureFormat.PADES,
        identity=identity,
        options=options,
        at=at,
        document_digest=digest_of("sha256", document),
        digest=scheme.digest,
        to_be_signed=attributes,
        to_be_signed_digest=digest_of(scheme.digest, attributes),
        content_digest=content_digest,
        carrier=carrier,
        placeholder=placeholder,
    )


def _field(writer: IncrementalPdfFileWriter, options: SigningOptions) -> SigFieldSpec:
    name = options.field or fresh_field_name(writer, "Signature")
    if options.field is not None and options.field not in empty_field_names(writer):
        raise DocumentRefusedError(f"The document has no empty signature field named {options.field}.")
    if options.stamp is None:
        return SigFieldSpec(name)
    if not 0 <= options.stamp.page < int(writer.root["/Pages"]["/Count"]):
        raise DocumentRefusedError(f"The document has no page {options.stamp.page + 1} for the visible stamp.")
    return SigFieldSpec(name, on_page=options.stamp.page, box=options.stamp.box)


def _appearance(identity: SigningIdentity, options: SigningOptions, at: datetime) -> SigAppearanceSetup | None:
    if options.stamp is None:
        return None
    # Drawing loads a font and a layout library, which an invisible signature does not need.
    from signer.pdf.stamp import appearance

    return appearance(options.stamp, identity, options, at)


def _reserve(identity: SigningIdentity, options: SigningOptions) -> int:
    certificates = len(identity.certificate) + sum(len(item) for item in identity.chain)
    token = token_reserve(identity) if options.level.has_timestamp else 0
    return certificates + _CMS_RESERVE + _largest(identity) + token


def token_reserve(identity: SigningIdentity) -> int:
    """Octets kept free for a time-stamp token: its signature, and the certificates of a unit and its issuers, which are
    taken to be no larger than the signer's own."""
    return max(TOKEN_RESERVE, _TOKEN_RESERVE_BARE + _TOKEN_CERTIFICATES * _largest(identity))


def _largest(identity: SigningIdentity) -> int:
    return max(len(item) for item in (identity.certificate, *identity.chain))


def write_placeholder(
    writer: IncrementalPdfFileWriter,
    spec: SigFieldSpec,
    signature: PdfSignedData,
    digest: str,
    appearance: SigAppearanceSetup | None = None,
) -> tuple[bytes, tuple[int, int], bytes]:
    """Append the revision. Returns the file, the offsets of the empty ``/Contents`` (of ``<`` and after ``>``), and the
    digest over everything but it."""
    steps = PdfCMSEmbedder(new_field_spec=spec).write_cms(field_name=spec.sig_field_name, writer=writer)
    next(steps)
    steps.send(SigObjSetup(sig_placeholder=signature, appearance_setup=appearance))
    # The library hashes only with what hashlib has; a national digest is taken of the octets that it wrote.
    own = digest in get_args(Sha2Name)
    found, output = steps.send(SigIOSetup(md_algorithm=digest if own else "sha256", output=BytesIO()))
    octets: bytes = output.getvalue()
    placeholder = (found.reserved_region_start, found.reserved_region_end)
    return octets, placeholder, found.document_digest if own else covered_digest(octets, placeholder, digest)


def covered_digest(carrier: bytes, placeholder: tuple[int, int], digest: str) -> bytes:
    """The digest over everything but the placeholder: what the CMS's message-digest must say."""
    start, end = placeholder
    return digest_of(digest, carrier[:start] + carrier[end:])


def fill(carrier: bytes, placeholder: tuple[int, int], encoded: bytes) -> bytes:
    """The file with a CMS object in the reserved place; PlaceholderError when it does not fit."""
    start, end = placeholder
    text = encoded.hex().upper().encode("ascii")
    if len(text) > end - start - 2:
        raise PlaceholderError(f"The signature has {len(encoded)} octets; {(end - start - 2) // 2} were reserved.")
    return b"".join((carrier[: start + 1], text.ljust(end - start - 2, b"0"), carrier[end - 1 :]))
