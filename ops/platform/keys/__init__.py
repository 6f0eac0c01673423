"""Keys: made, named, used and destroyed in a store that never hands them out.

`KeyStore` is the interface; `SoftwareKeyStore` keeps keys encrypted in a directory and is refused in production,
`Pkcs11KeyStore` keeps them in a token.
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
    SoftwareInProductionError,
    TokenError,
    TokenPinError,
    UnknownLabelError,
    UnsupportedKeyError,
)
from ops.platform.keys.model import DigestName, KeyAlgorithm, KeyStore, PublicKeyInfo, SchemeName
from ops.platform.keys.software import SoftwareKeyStore

__all__ = [
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
    "PublicKeyInfo",
    "SchemeName",
    "SoftwareInProductionError",
    "SoftwareKeyStore",
    "TokenError",
    "TokenPinError",
    "UnknownLabelError",
    "UnsupportedKeyError",
    "natural_signature_algorithm",
]
