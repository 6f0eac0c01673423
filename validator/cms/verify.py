"""The two checks of a CMS signature: message digest and signature value (RFC 5652 clauses 5.4 and 5.6)."""

from collections.abc import Iterable

from policies.algorithms import AlgorithmUse, CryptoResult, describe_signature
from policies.algorithms.digests import digest_algorithm, digest_supported, new_digest
from policies.algorithms.registry import cms_signature_algorithm, verify_cms
from validator.asn1 import der
from validator.asn1.der import DerError
from validator.cms import attributes, ber, oids
from validator.cms.signed_data import SignerInfo

RSA_ENCRYPTION = "1.2.840.113549.1.1.1"


def content_digest(oid: str, pieces: Iterable[bytes | memoryview]) -> bytes | None:
    """The digest of the concatenated pieces, None when the algorithm is not known."""
    if not digest_supported(oid):
        return None
    running = new_digest(oid)
    for piece in pieces:
        running.update(piece)
    return running.digest()


def message_digest(info: SignerInfo) -> bytes | None:
    """The signed message digest; None when there is not exactly one readable value."""
    values = info.signed_values(oids.MESSAGE_DIGEST)
    if len(values) != 1:
        return None
    try:
        return attributes.octet_string(values[0])
    except DerError:
        return None


def signed_octets(info: SignerInfo) -> bytes:
    """What the signature value is over when there are signed attributes: their DER encoding with an explicit SET OF
    tag, sorted, in whatever order they were sent (RFC 5652 5.4)."""
    return ber.wrap(der.SET, b"".join(sorted(item.whole for item in info.signed)))


def received_octets(info: SignerInfo) -> bytes:
    """The signed attributes in the order in which they were sent, with the SET OF tag."""
    return ber.wrap(der.SET, b"".join(item.whole for item in info.signed))


def verify_value(
    info: SignerInfo, spki: bytes, content: bytes | None, *, received_order: bool = False
) -> CryptoResult | None:
    """Whether the signature value verifies with the key `spki` (DER SubjectPublicKeyInfo).

    Without signed attributes the value is over the content itself; None when that was not found. `received_order`
    admits a value over the attributes as sent: the same attributes, not in the order that RFC 5652 5.4 demands.
    """
    signature, digest = info.signature_algorithm.whole, info.digest_algorithm.whole
    if info.signed_attributes is None:
        if content is None:
            return None
        return verify_cms(signature, digest, spki, content, info.signature, signed_attributes=False)
    result = verify_cms(signature, digest, spki, signed_octets(info), info.signature)
    if result is CryptoResult.INVALID and received_order:
        return verify_cms(signature, digest, spki, received_octets(info), info.signature)
    return result


def uses(info: SignerInfo, spki: bytes | None) -> tuple[AlgorithmUse, ...]:
    """The algorithms that this signature stands on, for the algorithm policy: digests, then the signature."""
    oid = info.digest_algorithm.oid
    found = [AlgorithmUse(*_digest_name(oid), "digest")]
    algorithm = cms_signature_algorithm(info.signature_algorithm.whole, info.digest_algorithm.whole)
    if isinstance(algorithm, CryptoResult):
        # Where only the digest is unknown, the signature algorithm still stands for itself.
        known = () if spki is None else describe_signature(info.signature_algorithm.whole, spki)
        found.extend(known or (AlgorithmUse(info.signature_algorithm.oid, 0, "signature"),))
    elif spki is not None:
        found.extend(describe_signature(algorithm, spki))
    return tuple(dict.fromkeys(found))


def _digest_name(oid: str) -> tuple[str, int]:
    if not digest_supported(oid):
        return oid, 0
    known = digest_algorithm(oid)
    return known.name, known.bits


def digest_name(oid: str) -> str:
    """The catalogue's name of a digest algorithm, its OID when unknown."""
    return _digest_name(oid)[0]
