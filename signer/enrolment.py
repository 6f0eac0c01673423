"""From nothing to a credential or a time-stamping unit: a new key, a certificate from an authority here, both
registered together.

A key whose certificate is refused is destroyed again; once the certificate exists, nothing is thrown away.
"""

from ca.service import CertificateAuthority
from ca.values import Attributes, CertificateRequest, StoredKey
from ops.platform.keys import KeyAlgorithm, KeyStore
from policies.errors import TrustspaceError
from signer.credentials import Credential, Credentials
from signer.errors import ChainMissingError
from signer.tsa.service import TimestampUnits
from signer.tsa.unit import UnitPolicy

TSA_PROFILE = "tsa"


class Enrolment:
    """Makes keys in `keys` and has them certified by `authority`."""

    def __init__(self, authority: CertificateAuthority, keys: KeyStore) -> None:
        self._authority = authority
        self._keys = keys

    def credential(
        self,
        credentials: Credentials,
        name: str,
        *,
        owner: str,
        authority: str,
        profile: str,
        subject: Attributes,
        algorithm: KeyAlgorithm = KeyAlgorithm.EC_P256,
    ) -> Credential:
        """A credential whose key is labelled ``credential/<name>``. Raises the errors of `ca`, key store and
        `Credentials.add`; a profile that needs approvals cannot be used in one step."""
        credentials.require_free(name)
        label, chain = f"credential/{name}", self.chain(authority)
        certificate = self._certified_key(
            label, algorithm, CertificateRequest(authority, profile, subject, StoredKey(label))
        )
        return credentials.add(name, owner=owner, key_label=label, certificate=certificate, chain=chain)

    def unit(
        self,
        units: TimestampUnits,
        name: str,
        *,
        authority: str,
        subject: Attributes,
        policy: UnitPolicy,
        algorithm: KeyAlgorithm = KeyAlgorithm.EC_P256,
    ) -> None:
        """A time-stamping unit whose key is labelled ``tsa/<name>`` and signs nothing else."""
        units.require_free(name)
        label, chain = f"tsa/{name}", self.chain(authority)
        request = CertificateRequest(authority, TSA_PROFILE, subject, StoredKey(label))
        certificate = self._certified_key(label, algorithm, request)
        units.add(name, key_label=label, certificate=certificate, chain=chain, policy=policy)

    def chain(self, authority: str) -> tuple[bytes, ...]:
        """The certificates of an authority and those above it, nearest first; ChainMissingError when one is missing."""
        found: list[bytes] = []
        name: str | None = authority
        while name is not None:
            view = self._authority.authority(name)
            if view.certificate is None:
                raise ChainMissingError(f"The authority {name} has no certificate.")
            found.append(view.certificate)
            name = view.parent
        return tuple(found)

    def _certified_key(self, label: str, algorithm: KeyAlgorithm, request: CertificateRequest) -> bytes:
        self._keys.generate(label, algorithm)
        try:
            return self._authority.issue_now(request).der
        except TrustspaceError:
            self._keys.destroy(label)
            raise
