"""Verifies the signature of a trusted list (TS 119 612 5.7, annex B): XAdES baseline B, enveloped, over the whole list.

Exactly the form that the standard prescribes and nothing else: one signature, one reference to the whole document with
its two transforms, one to the signed properties, exclusive canonicalisation. What another form would let through is
refused, so that nothing can be wrapped.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.etree import _Element as Element

from policies.algorithms import CryptoResult, describe_signature, load_policy, verify
from policies.algorithms.digests import digest, digest_by_name
from policies.algorithms.model import AlgorithmUse
from policies.algorithms.names import der_of_halves, digest_of_xml, signature_of_xml
from policies.trustlists.errors import TrustListError
from policies.trustlists.xml_base import DS, XADES, octets_of, parse, text
from validator.path.certificate import Certificate, parse_certificate

ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
# The reference to the signed properties is free in its canonicalisation; without a transform it is the inclusive one
# (XMLDSig 4.4.3.2).
_EXCLUSIVELY = {(EXCLUSIVE,): True, (INCLUSIVE,): False, (): False}
_SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_POLICY = "etsi-ts-119-312"
# Inclusive canonicalisation asks of every element for all namespaces in scope.
_MAX_PROPERTIES = 1_000


class ListSignatureError(Exception):
    """Why the signature does not hold; `rule` is a short phrase for a reason's parameter."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class ListSigner:
    """The certificate whose key made the signature, DER. Whether that key may sign the list is not decided here."""

    certificate: bytes


def verify_list_signature(octets: bytes, issued: datetime) -> ListSigner:
    """The signer of the list in `octets`, issued at `issued`.

    Raises ListSignatureError when there is no signature, it has another form, does not verify, rests on an algorithm
    that was not reliable when the list was issued, or its certificate is not one for signing lists.
    """
    try:
        return _verify(parse(octets), issued)
    except TrustListError as fault:
        raise ListSignatureError(fault.rule) from None


def _verify(root: Element, issued: datetime) -> ListSigner:
    signature = _the_signature(root)
    signed_info = _one(signature, "SignedInfo")
    certificate = _certificate(signature)
    uses = _references(root, signature, signed_info, issued)
    _signing_certificate(signature, certificate)
    _value(signature, signed_info, certificate, issued)
    _reliable(uses, issued)
    _for_lists(certificate, issued)
    return ListSigner(certificate.der)


def _the_signature(root: Element) -> Element:
    found = list(root.iter(f"{{{DS}}}Signature"))
    if not found:
        raise ListSignatureError("there is no signature")
    if len(found) != 1 or found[0].getparent() is not root:
        raise ListSignatureError("the signature does not stand at the end of the list alone")
    return found[0]


def _one(element: Element, name: str, namespace: str = DS) -> Element:
    found = element.findall(f"{{{namespace}}}{name}")
    if len(found) != 1:
        raise ListSignatureError(f"{name} does not stand there once")
    return found[0]


def _certificate(signature: Element) -> Certificate:
    found = list(signature.iterfind(f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate"))
    if len(found) != 1:
        raise ListSignatureError("KeyInfo does not hold the signing certificate alone")
    certificate = parse_certificate(octets_of(text(found[0]), "X509Certificate"))
    if not isinstance(certificate, Certificate):
        raise ListSignatureError("the signing certificate cannot be read")
    return certificate


# --- references --------------------------------------------------------------------------------------------------


def _references(root: Element, signature: Element, signed_info: Element, issued: datetime) -> list[AlgorithmUse]:
    found = signed_info.findall(f"{{{DS}}}Reference")
    whole = [item for item in found if item.get("URI") == ""]
    properties = [item for item in found if item.get("Type") == _SIGNED_PROPERTIES]
    if len(found) != 2 or len(whole) != 1 or len(properties) != 1 or whole == properties:
        raise ListSignatureError("there are other references than to the list and to the signed properties")
    exclusive = _EXCLUSIVELY.get(tuple(_transforms(properties[0])))
    if _transforms(whole[0]) != [ENVELOPED, EXCLUSIVE] or exclusive is None:
        raise ListSignatureError("a reference has other transforms")
    target = _canonical(_target(root, signature, properties[0]), exclusive=exclusive)
    return [
        _digested(whole[0], _canonical(_without_signature(root)), "the list was changed"),
        _digested(properties[0], target, "the signed properties were changed"),
    ]


def _transforms(reference: Element) -> list[str]:
    found = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    if any(len(item) for item in found):
        raise ListSignatureError("a transform has parameters")
    return [item.get("Algorithm", "") for item in found]


def _without_signature(root: Element) -> Element:
    """The enveloped-signature transform: the signature goes, the text after it stays."""
    copy = deepcopy(root)
    signature = next(copy.iter(f"{{{DS}}}Signature"))
    before = signature.getprevious()
    if signature.tail and before is not None:
        before.tail = (before.tail or "") + signature.tail
    elif signature.tail:
        copy.text = (copy.text or "") + signature.tail
    copy.remove(signature)
    return copy


def _target(root: Element, signature: Element, reference: Element) -> Element:
    name = reference.get("URI", "").removeprefix("#")
    found = [item for item in root.iter() if isinstance(item.tag, str) and name and item.get("Id") == name]
    inside = f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties/{{{XADES}}}SignedProperties"
    if len(found) != 1 or found != signature.findall(inside):
        raise ListSignatureError("the reference to the signed properties does not lead to this signature's own")
    if sum(1 for _ in found[0].iter()) > _MAX_PROPERTIES:
        raise ListSignatureError("the signed properties are too many")
    return found[0]


def _canonical(element: Element, *, exclusive: bool = True) -> bytes:
    try:
        octets: bytes = etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=False)
    except etree.LxmlError:
        # XML-C14N 1.3: a relative namespace name has no canonical form.
        raise ListSignatureError("the list has no canonical form") from None
    return octets


def _digested(reference: Element, octets: bytes, fault: str) -> AlgorithmUse:
    method = digest_of_xml(_one(reference, "DigestMethod").get("Algorithm", ""))
    if method is None:
        raise ListSignatureError("a digest algorithm is not known")
    if digest(method.oids[0], octets) != octets_of(text(_one(reference, "DigestValue")), "DigestValue"):
        raise ListSignatureError(fault)
    return AlgorithmUse(method.name, digest_by_name(method.name).bits, "digest")


# --- the signature itself ----------------------------------------------------------------------------------------


def _value(signature: Element, signed_info: Element, certificate: Certificate, issued: datetime) -> None:
    if _one(signed_info, "CanonicalizationMethod").get("Algorithm") != EXCLUSIVE:
        raise ListSignatureError("the canonicalisation is another one")
    method = signature_of_xml(_one(signed_info, "SignatureMethod").get("Algorithm", ""))
    if method is None or method.algorithm is None:
        raise ListSignatureError("the signature algorithm is not known")
    value = octets_of(text(_one(signature, "SignatureValue")), "SignatureValue")
    if method.halves:
        value = der_of_halves(value) or b""
    if verify(method.algorithm, certificate.spki, _canonical(signed_info), value) is not CryptoResult.VALID:
        raise ListSignatureError("the signature value does not verify")
    _reliable(describe_signature(method.algorithm, certificate.spki), issued)


def _reliable(uses: Iterable[AlgorithmUse], at: datetime) -> None:
    weak = [use.name for use in uses if load_policy(_POLICY).finding(use, at) is not None]
    if weak:
        raise ListSignatureError(f"{', '.join(weak)} was not reliable when the list was issued")


def _signing_certificate(signature: Element, certificate: Certificate) -> None:
    """The signed reference to the signing certificate (EN 319 132-1 5.2.2; in version 5 lists also its first form)."""
    properties = f"{{{DS}}}Object/{{{XADES}}}QualifyingProperties/{{{XADES}}}SignedProperties"
    holder = signature.find(f"{properties}/{{{XADES}}}SignedSignatureProperties")
    names = ("SigningCertificateV2", "SigningCertificate")
    found = [
        item
        for name in names
        if holder is not None
        for item in holder.iterfind(f"{{{XADES}}}{name}/{{{XADES}}}Cert/{{{XADES}}}CertDigest")
    ]
    if not found:
        raise ListSignatureError("the signing certificate is not protected")
    _digested(found[0], certificate.der, "the signing certificate is another one than the signed reference names")


def _for_lists(certificate: Certificate, issued: datetime) -> None:
    """TS 119 612 5.7.1: a key for signatures, valid when the list was issued. That it may sign lists is what the
    pointer to the list says; published lists differ in the purposes that they name."""
    usage = certificate.details.key_usage
    if usage is not None and not usage & {"digitalSignature", "nonRepudiation"}:
        raise ListSignatureError("the certificate's key is not for signatures")
    if not certificate.not_before <= issued <= certificate.not_after:
        raise ListSignatureError("the certificate was not valid when the list was issued")
