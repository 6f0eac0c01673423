"""Keys: made, named, used and destroyed in a store that never hands them out.

`KeyStore` is the interface; `SoftwareKeyStore` keeps keys encrypted in a directory and is refused in production,
`Pkcs11KeyStore` keeps them in a token, `ProviderKeyStore` asks an external provider.
"""

from ops.platform.keys.encoding import natural_signature_algorithm
from ops.platform.keys.errors import (
    ClosedError,
    CorruptKeyError,
    ForkedError,
    KeyStoreError,
    LabelError,
    LabelTakenError,
    PassphraseError,
    ProviderError,
    SoftwareInProductionError,
    TokenError,
    TokenPinError,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.kinds import is_rsa_key, kind_of
from ops.platform.keys.model import DIGEST_OIDS, DigestName, KeyAlgorithm, KeyStore, PublicKeyInfo, SchemeName, Sha2Name
from ops.platform.keys.software import SoftwareKeyStore

__all__ = [
    "DIGEST_OIDS",
    "ClosedError",
    "CorruptKeyError",
    "DigestName",
    "ForkedError",
    "KeyAlgorithm",
    "KeyStore",
    "KeyStoreError",
    "LabelError",
    "LabelTakenError",
    "PassphraseError",
    "ProviderError",
    "PublicKeyInfo",
    "SchemeName",
    "Sha2Name",
    "SoftwareInProductionError",
    "SoftwareKeyStore",
    "TokenError",
    "TokenPinError",
    "UnknownLabelError",
    "UnsupportedKeyError",
    "is_rsa_key",
    "kind_of",
    "natural_signature_algorithm",
]
