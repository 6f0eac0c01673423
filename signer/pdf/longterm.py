"""PAdES B-LT and B-LTA: the document security store and the document time-stamp, each as a further revision
(EN 319 142-1 5.4 and 6.3). Nothing that was there is touched."""

from io import BytesIO

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore

from signer.errors import BrokenPdfError
from signer.model import Material, Timestamper
from signer.pdf import PDF_FAULTS
from signer.pdf.intake import fresh_field_name, open_writer
from signer.pdf.signature import TOKEN_RESERVE, fill, write_placeholder


def add_material(document: bytes, material: Material) -> bytes:
    """The document with certificates and revocation data added to its ``/DSS``. No ``/VRI`` is written: it is optional
    and says nothing that the DSS does not."""
    writer = open_writer(document)
    try:
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[asn1_x509.Certificate.load(item) for item in material.certificates],
            crls=[asn1_crl.CertificateList.load(item) for item in material.crls],
            ocsps=[asn1_ocsp.OCSPResponse.load(item) for item in material.ocsps],
        )
        output = BytesIO()
        writer.write(output)
    except PDF_FAULTS as error:
        raise BrokenPdfError("The document's security store cannot be extended.") from error
    return output.getvalue()


def add_document_timestamp(
    document: bytes, timestamper: Timestamper, digest: str = "sha256", reserve: int = TOKEN_RESERVE
) -> bytes:
    """The document with a document time-stamp over everything so far; again and again to renew the archive. `reserve`
    octets are kept free for the token."""
    writer = open_writer(document)
    try:
        spec = SigFieldSpec(fresh_field_name(writer, "DocTimeStamp"))
        placeholder = DocumentTimestamp(bytes_reserved=2 * reserve)
        carrier, region, imprint = write_placeholder(writer, spec, placeholder, digest)
    except PDF_FAULTS as error:
        raise BrokenPdfError("The document's structure does not allow a document time-stamp.") from error
    return fill(carrier, region, timestamper.stamp(imprint, digest))
