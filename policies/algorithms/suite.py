"""What a suite module is: a table of key algorithms and a table of signature algorithms.

A suite is chosen by the signature OID together with the key OID, never by a length or a name. Adding one is one
module with a `SUITE`, named in `registry.SUITES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from policies.algorithms.digests import DigestAlgorithm
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse, CryptoResult

Check = Callable[[bytes, bytes], CryptoResult]
"""Takes the message and the signature value, answers whether it verifies. Never raises."""


class LoadedKey(NamedTuple):
    """A public key ready to verify: what the suite itself needs (`material`), its use for the algorithm policy, and
    the names of the tolerances that were needed to read it."""

    use: AlgorithmUse
    material: object
    leniencies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """One signature algorithm.

    `keys` are the key OIDs it may be met with. `digests` gives the digests it uses, outermost first (none for schemes
    with a built-in one). `prepare` turns identifier and key into a `Check`. Both raise MalformedError or
    UnsupportedError of `encoding`; `prepare` also MismatchError, for a key that never makes such signatures.
    """

    keys: frozenset[str]
    digests: Callable[[AlgorithmIdentifier], tuple[DigestAlgorithm, ...]]
    prepare: Callable[[AlgorithmIdentifier, LoadedKey], Check]


@dataclass(frozen=True, slots=True)
class Suite:
    """A family of algorithms.

    `keys`: key OID → loader of (SubjectPublicKeyInfo, inherited DER parameters or None). `signatures`: signature OID →
    scheme. `cms`: (key OID used as SignerInfo.signatureAlgorithm, digest name) → the signature OID that is meant
    (RFC 3370 3.2, RFC 5753 2.1.1). `cms_digests`: OID of SignerInfo.signatureAlgorithm → names of the digests that may
    stand beside it; no entry means any. For a scheme without a digest of its own they bind only where there are signed
    attributes.
    """

    name: str
    keys: Mapping[str, Callable[[SubjectPublicKeyInfo, bytes | None], LoadedKey]]
    signatures: Mapping[str, SignatureScheme]
    cms: Mapping[tuple[str, str], str]
    cms_digests: Mapping[str, frozenset[str]]
