"""Collects the facts of one file while it is read: signatures with their time-stamps and counter-signatures."""

import hashlib
from dataclasses import dataclass, field, replace

from policies.reasons import Reason
from validator.asn1 import der
from validator.asn1.der import DerError
from validator.cms import archive, oids
from validator.cms.signed_data import Attribute, CmsError, SignedData, SignerInfo, signer_info
from validator.evidence import CoveredObject, SignatureFacts, TimestampFacts, TimestampKind
from validator.gather.material import collect, revocation_name
from validator.gather.signatures import Content, SignerContext, signature_facts, signature_id
from validator.gather.store import ObjectStore
from validator.gather.tokens import TokenPlace, collect_token, read_token, timestamp_facts

MAX_COUNTER_DEPTH = 4
_LEGACY = {
    oids.ARCHIVE_TIME_STAMP: TimestampKind.ARCHIVE,
    oids.ARCHIVE_TIME_STAMP_V2: TimestampKind.ARCHIVE,
    oids.ESC_TIME_STAMP: TimestampKind.REFERENCES,
    oids.CERTS_CRLS_TIME_STAMP: TimestampKind.REFERENCES,
}
TOKEN_ATTRIBUTES = frozenset((*_LEGACY, oids.SIGNATURE_TIME_STAMP, oids.ARCHIVE_TIME_STAMP_V3))


@dataclass(slots=True)
class Builder:
    """What has been found so far. `taken` keeps ids unique over the whole Evidence."""

    store: ObjectStore
    signatures: list[SignatureFacts] = field(default_factory=list)
    timestamps: list[TimestampFacts] = field(default_factory=list)
    structure: list[Reason] = field(default_factory=list)
    remarks: list[Reason] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def collect(self, signed: SignedData, origin: str) -> tuple[str, ...]:
        """Take all certificates and revocation data of one SignedData, those inside its tokens included."""
        for info in signed.signers:
            for attribute in (*info.signed, *info.unsigned):
                if attribute.oid in TOKEN_ATTRIBUTES or attribute.oid == oids.CONTENT_TIME_STAMP:
                    for value in attribute.values:
                        collect_token(value, self.store)
        return collect(signed, self.store, origin)

    def add_signer(self, signed: SignedData, info: SignerInfo, context: SignerContext) -> SignatureFacts:
        """One signature with everything that hangs on it; `context.id` is replaced by a unique one."""
        context = replace(context, id=signature_id(info, self.taken))
        facts = signature_facts(info, context)
        self.signatures.append(facts)
        self._tokens(signed, info, facts, context.content)
        self._counter_signatures(signed, info, context, depth=1)
        return facts

    def add_token(self, octets: bytes, place: TokenPlace) -> TimestampFacts:
        """One token."""
        facts = timestamp_facts(octets, place, self.store, self.taken, len(self.timestamps))
        self.timestamps.append(facts)
        return facts

    def _tokens(self, signed: SignedData, info: SignerInfo, facts: SignatureFacts, content: Content | None) -> None:
        owner = facts.id
        document = (CoveredObject(kind="document", id=facts.document_sha256),) if facts.document_sha256 else ()
        for value in info.signed_values(oids.CONTENT_TIME_STAMP):
            self.add_token(
                value, TokenPlace(kind=TimestampKind.CONTENT, owner=owner, imprinted=content, covers=document)
            )
        covered = (CoveredObject(kind="signature", id=owner), *document)
        known: dict[bytes, str] = {}
        for value in info.unsigned_values(oids.SIGNATURE_TIME_STAMP):
            place = TokenPlace(kind=TimestampKind.SIGNATURE, owner=owner, imprinted=(info.signature,), covers=covered)
            known[value] = self.add_token(value, place).id
        for attribute in info.unsigned:
            if attribute.oid in _LEGACY:
                self._legacy(attribute, owner, known)
        for value in info.unsigned_values(oids.ARCHIVE_TIME_STAMP_V3):
            known[value] = self._archive(signed, info, facts, content, value, known)

    def _legacy(self, attribute: Attribute, owner: str, known: dict[bytes, str]) -> None:
        self.remarks.append(Reason.of("TS-TSP-FORM-NOT-EVALUATED", attribute=attribute.oid))
        for value in attribute.values:
            known[value] = self.add_token(value, TokenPlace(kind=_LEGACY[attribute.oid], owner=owner)).id

    def _archive(
        self,
        signed: SignedData,
        info: SignerInfo,
        facts: SignatureFacts,
        content: Content | None,
        value: bytes,
        known: dict[bytes, str],
    ) -> str:
        token, _ = read_token(value)
        intact: bool | None = False
        covers: list[CoveredObject] = []
        if token is not None:
            joined = None if content is None else b"".join(content)
            protected = archive.protected_by(token, signed, info, joined)
            intact = protected.intact
            covers = [CoveredObject(kind="signature", id=facts.id)]
            covers += self._covered_objects(protected)
            covers += [
                CoveredObject(kind="timestamp", id=known[item]) for item in protected.attributes if item in known
            ]
            if facts.document_sha256:
                covers.append(CoveredObject(kind="document", id=facts.document_sha256))
        found = self.add_token(value, TokenPlace(kind=TimestampKind.ARCHIVE, owner=facts.id, covers=tuple(covers)))
        self.timestamps[-1] = replace(found, imprint_found=intact is not None, imprint_intact=intact)
        return found.id

    def _covered_objects(self, protected: archive.Protected) -> list[CoveredObject]:
        found: list[CoveredObject] = []
        for item in protected.objects:
            # A CRL and a certificate are both SEQUENCEs: what is listed among the certificates is one.
            sha256 = hashlib.sha256(item).hexdigest()
            for name in (sha256, *revocation_name(item, self.store, "cms")) if item[0] != 0x30 else (sha256,):
                found.append(CoveredObject(kind="object", id=name))
        for value in protected.attributes:
            found += [CoveredObject(kind="object", id=name) for name in collect_token(value, self.store)]
        return found

    def _counter_signatures(self, signed: SignedData, info: SignerInfo, context: SignerContext, depth: int) -> None:
        for value in info.unsigned_values(oids.COUNTER_SIGNATURE):
            try:
                inner = signer_info(value, der.single(value))
            except (DerError, CmsError) as fault:
                self.remarks.append(Reason.of("TS-CMS-COUNTER-SIGNATURE", rule=getattr(fault, "rule", "")))
                continue
            nested = replace(
                context,
                id=signature_id(inner, self.taken),
                packaging="counter-signature",
                content=(info.signature,),
                content_type=None,
                parent=context.id,
                structure=(),
                remarks=(),
            )
            facts = signature_facts(inner, nested)
            self.signatures.append(facts)
            self._tokens(signed, inner, facts, (info.signature,))
            if depth < MAX_COUNTER_DEPTH:
                self._counter_signatures(signed, inner, nested, depth + 1)
