"""A key holder of this process: a key store answers what was prepared."""

from collections.abc import Callable
from typing import cast

from ops.platform.keys import DigestName, KeyStore, SchemeName
from signer.schemes import SignatureScheme


def store_signer(store: KeyStore, label: str, scheme: SignatureScheme) -> Callable[[bytes], bytes]:
    """A function that signs octets with the key `label` of `store` in the way `scheme` says.

    It raises the store's errors (`ops.platform.keys.KeyStoreError`).
    """
    digest = cast(DigestName, scheme.digest)
    padding = cast(SchemeName, scheme.padding or "pkcs1v15")

    def sign(message: bytes) -> bytes:
        return store.sign(label, message, digest=digest, scheme=padding)

    return sign
