"""What can go wrong with keys, as a person is told it."""

from policies.errors import TrustspaceError


class KeyStoreError(TrustspaceError):
    """Root of the tree: a key store cannot do what was asked."""

    code = "TS-KEYS-STORE"
    next_step = "Check that the key store is reachable and that this process may read and write it."


class LabelError(KeyStoreError):
    """The label is not one that every store can hold."""

    code = "TS-KEYS-LABEL"
    next_step = (
        "Use 1 to 100 letters, digits and the characters . _ : / @ - and begin the label with a letter or a digit."
    )
    exit_status = 2
    http_status = 422


class UnknownLabelError(KeyStoreError):
    """No key has this label."""

    code = "TS-KEYS-UNKNOWN-LABEL"
    next_step = "List the labels of the store; generate the key first if it was never made."
    http_status = 404


class LabelTakenError(KeyStoreError):
    """A key with this label exists; keys are never replaced."""

    code = "TS-KEYS-LABEL-TAKEN"
    next_step = "Choose another label, or destroy the old key first if it is certain that nobody needs it."
    http_status = 409


class UnsupportedKeyError(KeyStoreError):
    """The key, or the token, cannot make such a signature."""

    code = "TS-KEYS-UNSUPPORTED"
    next_step = "Choose a digest, scheme or kind of key that the key store supports."
    http_status = 422


class PassphraseError(KeyStoreError):
    """The passphrase does not open the store."""

    code = "TS-KEYS-PASSPHRASE"
    next_step = "Give the passphrase with which the key store was created."


class CorruptKeyError(KeyStoreError):
    """A file of the store is damaged or was changed by somebody without the passphrase."""

    code = "TS-KEYS-CORRUPT"
    next_step = "Restore the file from a backup, and find out who could write to the key store."


class SoftwareInProductionError(KeyStoreError):
    """Production keys belong into hardware."""

    code = "TS-KEYS-SOFTWARE-IN-PRODUCTION"
    next_step = "Configure a PKCS#11 key store, or run a profile other than production for tests and demonstrations."
    exit_status = 2


class ClosedError(KeyStoreError):
    """The store was closed, or this process never opened it."""

    code = "TS-KEYS-CLOSED"
    next_step = "Open the key store again in this process."


class TokenError(KeyStoreError):
    """The PKCS#11 module or token is not there or does not answer."""

    code = "TS-KEYS-TOKEN"
    next_step = "Check that the PKCS#11 module and the token are installed and connected, then start the process again."
    http_status = 503


class TokenPinError(TokenError):
    """The token refuses the PIN."""

    code = "TS-KEYS-TOKEN-PIN"
    next_step = "Give the right user PIN. Do not try again and again: most tokens lock after a few wrong PINs."


class ForkedError(KeyStoreError):
    """A token session was opened before fork and used after it, which PKCS#11 does not allow."""

    code = "TS-KEYS-FORKED"
    next_step = "Open the PKCS#11 key store in the process that signs, after the fork."


class ProviderError(KeyStoreError):
    """The external key provider does not answer, or answers what cannot be believed."""

    code = "TS-KEYS-PROVIDER"
    next_step = "Check that the key provider runs, that its socket is this account's, and what its own log says."
    http_status = 503
