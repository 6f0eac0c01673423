"""The signer as other rooms use it: credentials, authorised signing, files in and out.

signer = SigningService(database, keys, audit, clock)
signer.credentials.add("kz-1", owner="…", key_label="kz-1", certificate=der, chain=(issuing, root))
result = signer.sign(document, "kz-1", SignatureFormat.PADES, options, services, granted_by="…")
"""

from collections.abc import Sequence
from dataclasses import replace

from ops.platform.audit import AuditLog
from ops.platform.clock import Clock
from ops.platform.database import Database
from ops.platform.keys import KeyStore
from signer import flow
from signer.authorisation import LOGGED_DIGESTS, Authorisation, Authorisations
from signer.credentials import Credential, Credentials
from signer.holder import store_signer
from signer.model import Prepared, SignatureFormat, SigningOptions, SigningServices
from signer.schemes import digest_of
from signer.selfcheck import SelfValidation


class SigningService:
    """Signs with the credentials of one installation."""

    def __init__(self, database: Database, keys: KeyStore, audit: AuditLog, clock: Clock) -> None:
        self.credentials = Credentials(database, keys, audit, clock)
        self._authorisations = Authorisations(database, audit, clock)
        self._database = database
        self._audit = audit
        self._keys = keys
        self._clock = clock
        self._judge = SelfValidation(clock)

    def prepare(
        self,
        documents: Sequence[bytes],
        credential: Credential,
        format: SignatureFormat,
        options: SigningOptions,
        services: SigningServices,
    ) -> tuple[Prepared, ...]:
        """Pre-flight once, then prepare each document. No key is used; raises what `signer.flow` raises."""
        at = self._clock.now().replace(microsecond=0)
        credential.require_usable(at)
        flow.preflight(credential.identity, options, services, at)
        return tuple(flow.prepare(format, document, credential.identity, options, at) for document in documents)

    def authorise(self, credential: Credential, prepared: Sequence[Prepared], granted_by: str) -> Authorisation:
        """The holder's consent to these prepared signatures."""
        return self._authorisations.grant(credential, prepared, granted_by)

    def answer(self, authorisation: str, credential: Credential, prepared: Sequence[Prepared]) -> tuple[bytes, ...]:
        """The signature values, in order. The authorisation is used up, and logged, before the key is touched."""
        credential.require_usable(self._clock.now())
        self._authorisations.redeem(authorisation, credential, prepared)
        sign = store_signer(self._keys, credential.key_label, credential.identity.scheme)
        return tuple(sign(item.to_be_signed) for item in prepared)

    def finalise(self, prepared: Prepared, value: bytes, services: SigningServices) -> bytes:
        """See `signer.flow.finalise`. Unless `services` names another judge, the validator judges the result."""
        if services.judge is None:
            services = replace(services, judge=self._judge)
        return flow.finalise(prepared, value, services, self._clock.now())

    def sign(
        self,
        document: bytes,
        credential: str,
        format: SignatureFormat,
        options: SigningOptions,
        services: SigningServices,
        *,
        granted_by: str,
    ) -> bytes:
        """All steps for one document: the signed PDF, or the detached CMS."""
        return self.sign_many((document,), credential, format, options, services, granted_by=granted_by)[0]

    def sign_many(
        self,
        documents: Sequence[bytes],
        credential: str,
        format: SignatureFormat,
        options: SigningOptions,
        services: SigningServices,
        *,
        granted_by: str,
    ) -> tuple[bytes, ...]:
        """All steps for a batch under one authorisation: all results, or an error and none."""
        found = self.credentials.get(credential)
        prepared = self.prepare(documents, found, format, options, services)
        granted = self.authorise(found, prepared, granted_by)
        values = self.answer(granted.id, found, prepared)
        results = tuple(self.finalise(item, value, services) for item, value in zip(prepared, values, strict=True))
        self._log_results(found, format, options, results)
        return results

    def _log_results(
        self, credential: Credential, format: SignatureFormat, options: SigningOptions, results: Sequence[bytes]
    ) -> None:
        """What was handed out: durable before it is."""
        digests = [digest_of("sha256", result).hex() for result in results[:LOGGED_DIGESTS]]
        details = {"format": format.value, "level": options.level.value, "count": len(results), "results": digests}
        with self._database.write() as session:
            self._audit.append(session, "signer.signed", credential.id, details)
