"""The vocabulary's names of algorithms as the catalogue's (policies.algorithms). An unknown name stays, with 0 bits, so
that no policy ever finds it reliable."""

from policies.algorithms import AlgorithmUse
from validator.diagnostic.xml import Node

_DIGESTS = {
    "MD2": ("MD2", 128),
    "MD5": ("MD5", 128),
    "SHA1": ("SHA-1", 160),
    "SHA224": ("SHA-224", 224),
    "SHA256": ("SHA-256", 256),
    "SHA384": ("SHA-384", 384),
    "SHA512": ("SHA-512", 512),
    "SHA3-224": ("SHA3-224", 224),
    "SHA3-256": ("SHA3-256", 256),
    "SHA3-384": ("SHA3-384", 384),
    "SHA3-512": ("SHA3-512", 512),
    "RIPEMD160": ("RIPEMD-160", 160),
    "WHIRLPOOL": ("Whirlpool", 512),
}
_PSS = "RSASSA-PSS"
# ECDSA with r and s side by side is the same algorithm in another encoding (BSI TR-03111 5.2.1).
_SIGNATURES = {
    "RSA": "RSA",
    "RSASSA-PSS": _PSS,
    "RSA_SSA_PSS": _PSS,
    "DSA": "DSA",
    "ECDSA": "ECDSA",
    "PLAIN-ECDSA": "ECDSA",
    "X25519": "Ed25519",
    "ED25519": "Ed25519",
    "X448": "Ed448",
    "ED448": "Ed448",
}
_EDDSA = {256: "Ed25519", 255: "Ed25519", 448: "Ed448", 456: "Ed448"}
_EDDSA_BITS = {"Ed25519": 256, "Ed448": 456}


def digest_use(name: str) -> AlgorithmUse:
    """The digest of that name in the vocabulary ("SHA256", "SHA_256", "sha-256")."""
    plain = (
        name.upper().replace("_", "-").replace("SHA-", "SHA") if not name.upper().startswith("SHA3") else name.upper()
    )
    known = _DIGESTS.get(plain.replace("_", "-"))
    return AlgorithmUse(known[0], known[1], "digest") if known else AlgorithmUse(name, 0, "digest")


def signature_use(name: str, bits: int) -> AlgorithmUse:
    """The signature algorithm of that name with a key of `bits`."""
    known = _EDDSA.get(bits, "Ed25519") if name.upper() == "EDDSA" else _SIGNATURES.get(name.upper())
    if known is None:
        return AlgorithmUse(name, 0, "signature")
    return AlgorithmUse(known, _EDDSA_BITS.get(known, bits), "signature")


def signature_uses(basic: Node | None) -> tuple[AlgorithmUse, ...]:
    """The algorithms of a BasicSignature: its digest and its signature algorithm with the key's bits; an absent name
    is an unknown algorithm."""
    if basic is None:
        return (AlgorithmUse("unknown", 0, "signature"),)
    digest = basic.text("DigestAlgoUsedToSignThisToken")
    name = basic.text("EncryptionAlgoUsedToSignThisToken") or "unknown"
    length = basic.text("KeyLengthUsedToSignThisToken") or ""
    masked = basic.text("MaskGenerationFunctionUsedToSignThisToken")
    use = signature_use(_PSS if masked and name.upper() == "RSA" else name, int(length) if _is_bits(length) else 0)
    return (digest_use(digest), use) if digest else (use,)


def _is_bits(text: str) -> bool:
    return text.isdecimal() and len(text) < 8
