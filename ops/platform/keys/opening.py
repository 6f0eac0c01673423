"""Opens the key store that the settings name."""

from ops.platform.keys.errors import PassphraseError, TokenPinError
from ops.platform.keys.model import KeyStore
from ops.platform.keys.software import SoftwareKeyStore
from ops.platform.settings import Settings


def open_key_store(settings: Settings) -> KeyStore:
    """The installation's key store. Raises a KeyStoreError or a SettingsError; a missing secret is an error."""
    if settings.key_store == "software":
        passphrase = settings.passphrase()
        if not passphrase:
            raise PassphraseError(
                "No passphrase is configured for the key store.",
                next_step="Set TRUSTSPACE_KEY_PASSPHRASE_FILE to a file that holds the passphrase.",
            )
        return SoftwareKeyStore(settings.key_directory, passphrase, profile=settings.profile)
    # The token's library is loaded only where it is used.
    from ops.platform.keys.token_store import Pkcs11KeyStore

    pin = settings.pin()
    if not pin or settings.pkcs11_module is None or settings.pkcs11_token is None:
        raise TokenPinError(
            "No PIN is configured for the token.", next_step="Set TRUSTSPACE_PKCS11_PIN_FILE to a file with the PIN."
        )
    return Pkcs11KeyStore(settings.pkcs11_module, settings.pkcs11_token, pin)
