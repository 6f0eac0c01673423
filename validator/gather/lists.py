"""Trust lists given beside a file: read and verified once per content, related to one another, made into anchors.

Who hands a list in vouches for the file, as for an anchor; its signature must still be whole. Where a list of lists of
the same law is handed in too, it speaks for that law: only a list that it points to counts, signed by a key that it
names there (TS 119 615 4.1). Otherwise whoever delivers lists could put one beside those that are pointed to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from policies.trustlists import ListPointer, ServicePeriod, TrustList, TrustService, uris
from policies.trustlists.errors import TrustListError
from policies.trustlists.facts import Pointed, law_of, read_service
from policies.trustlists.state import SignatureCheck
from policies.trustlists.xml_reader import read_trust_list
from validator.asn1.memory import Generations
from validator.errors import TrustMaterialError
from validator.evidence import OCSP_RESPONDER, AnchorFacts, ListFacts, ObjectKind
from validator.gather.list_signature import ListSignatureError, verify_list_signature
from validator.gather.source import Source
from validator.gather.store import ObjectStore
from validator.path.certificate import Certificate, parse_certificate

_LISTS_OF_LISTS = (uris.EU_LIST_OF_LISTS, uris.AGREEMENT_LIST_OF_LISTS)
_AUTHORITIES = frozenset((uris.CA_QC, uris.CA_PKC, uris.NATIONAL_ROOT_CA_QC))
_STAMPS = frozenset((uris.TSA_QTST, uris.TSA, uris.TSA_TSS_QC, uris.TSA_TSS_ADES))
_RESPONDERS = frozenset((uris.OCSP_QC, uris.OCSP))
MAX_RESPONDERS = 200
_LONGEST_TERRITORY = 8
_TRUSTED = frozenset(
    (
        uris.GRANTED,
        uris.RECOGNISED_NATIONALLY,
        uris.SET_BY_NATIONAL_LAW,
        uris.UNDER_SUPERVISION,
        uris.SUPERVISION_IN_CESSATION,
        uris.ACCREDITED,
    )
)


@dataclass(frozen=True, eq=False)
class ReadList:
    """A list as its octets give it, with what the check of its signature said."""

    listed: TrustList
    signature: SignatureCheck
    fault: str
    signer: bytes | None

    @property
    def is_list_of_lists(self) -> bool:
        """It points to lists and names no services."""
        return self.listed.scheme.type in _LISTS_OF_LISTS or self.listed.scheme.type.endswith("listofthelists")

    @cached_property
    def by_subject(self) -> dict[bytes, tuple[tuple[Certificate, TrustService], ...]]:
        """The certificates of all services by the key of their subject's name."""
        found: dict[bytes, list[tuple[Certificate, TrustService]]] = {}
        for _, service in self.listed.services():
            for certificate in service_certificates(service):
                found.setdefault(certificate.subject.key, []).append((certificate, service))
        return {key: tuple(items) for key, items in found.items()}


@dataclass(frozen=True, eq=False)
class GivenList:
    """A list in its place: its facts, and the agreement over which it was reached, None without one."""

    read: ReadList
    facts: ListFacts
    pointed: Pointed | None = None

    @property
    def usable(self) -> bool:
        """Its signature is whole and by a key that may have made it."""
        return self.facts.signature is SignatureCheck.GOOD


def service_certificates(service: TrustService) -> Iterator[Certificate]:
    """The readable certificates that identify a service now or did in its history."""
    for octets in service.certificates:
        certificate = parse_certificate(octets)
        if isinstance(certificate, Certificate):
            yield certificate


def given_lists(sources: tuple[Source, ...]) -> tuple[GivenList, ...]:
    """The lists in files, related to one another; each content once, ordered by name.

    Raises TrustMaterialError for a file that is no trust list.
    """
    read = {item.sha256: (item, _read(item)) for item in sources}
    names = _names({digest: one for digest, (_, one) in read.items()})
    found = [
        GivenList(read=one, facts=_facts(one, names[digest], source), pointed=None)
        for digest, (source, one) in read.items()
    ]
    placed = [_placed(item, found) for item in found]
    return tuple(sorted(placed, key=lambda item: item.facts.name))


def _read(source: Source) -> ReadList:
    try:
        return _read_octets(source.octets)
    except TrustListError as fault:
        raise TrustMaterialError(
            f"{source.name} is not a trust list that can be used: {fault.rule}.", next_step=fault.next_step
        ) from fault


# A list that was read takes a few times its octets; the factor keeps the bound honest.
_known: Generations[bytes, ReadList] = Generations(512 * 1024 * 1024)
_WEIGHT = 4


def _read_octets(octets: bytes) -> ReadList:
    found = _known.get(octets)
    if found is None:
        found = _checked(octets)
        _known.put(octets, found, _WEIGHT * len(octets))
    return found


def _checked(octets: bytes) -> ReadList:
    listed = read_trust_list(octets)
    try:
        signer = verify_list_signature(octets, listed.scheme.issued)
    except ListSignatureError as fault:
        return ReadList(listed, SignatureCheck.BROKEN, fault.rule, None)
    return ReadList(listed, SignatureCheck.GOOD, "", signer.certificate)


def _names(read: dict[str, ReadList]) -> dict[str, str]:
    """What reports call the lists: territory and number, with the start of the digest where that is not unique."""
    plain = {
        digest: f"{_place(one.listed.scheme.territory)}-{one.listed.scheme.sequence}" for digest, one in read.items()
    }
    taken = list(plain.values())
    return {digest: name if taken.count(name) == 1 else f"{name}-{digest[:16]}" for digest, name in plain.items()}


def _place(territory: str | None) -> str:
    # What a list says of itself must not look like the name of another one.
    return territory if territory and territory.isalnum() and len(territory) <= _LONGEST_TERRITORY else "?"


def _facts(read: ReadList, name: str, source: Source) -> ListFacts:
    scheme = read.listed.scheme
    return ListFacts(
        name=name,
        digest=read.listed.digest,
        source=source.name,
        territory=scheme.territory,
        type=scheme.type,
        version=scheme.version,
        sequence=scheme.sequence,
        issued=scheme.issued,
        next_update=scheme.next_update,
        signature=read.signature,
        fault=read.fault,
        signer=sha256(read.signer).hexdigest() if read.signer else None,
        list_of_lists=read.is_list_of_lists,
    )


# --- lists of lists ----------------------------------------------------------------------------------------------


def _placed(item: GivenList, among: list[GivenList]) -> GivenList:
    """The list below the list of lists that points to it, if one does."""
    parents = [one for one in among if one.read.is_list_of_lists and one is not item]
    # One whose own signature is whole comes first: another could take its place.
    for parent in sorted(parents, key=lambda one: not one.usable):
        for pointer in parent.read.listed.scheme.pointers:
            if item.read.signer is not None and item.read.signer in pointer.signers and _speaks_of(pointer, item):
                return _below(item, parent, pointer)
    for parent in parents:
        if _answers_for(parent, item):
            stranger = SignatureCheck.STRANGER if item.read.signer else item.facts.signature
            return replace(item, facts=replace(item.facts, signature=stranger, parent=parent.facts.name))
    return item


def _speaks_of(pointer: ListPointer, item: GivenList) -> bool:
    """The pointer means this list: same kind of list, and same territory unless its signer alone tells (a pointer of an
    agreement may use another code)."""
    scheme = item.read.listed.scheme
    signed = item.read.signer is not None and item.read.signer in pointer.signers
    return pointer.type == scheme.type and (signed or pointer.territory == scheme.territory)


def _answers_for(parent: GivenList, item: GivenList) -> bool:
    """A list like this one would be pointed to by `parent`: by its territory, or by the law that both speak under."""
    pointers = parent.read.listed.scheme.pointers
    if item.read.is_list_of_lists:
        return any(_speaks_of(pointer, item) for pointer in pointers)
    territory = (item.read.listed.scheme.territory or "").casefold()
    return _law(parent) == _law(item) or territory in {(pointer.territory or "").casefold() for pointer in pointers}


def _law(item: GivenList) -> str:
    return law_of(item.read.listed.scheme.territory)


def _below(item: GivenList, parent: GivenList, pointer: ListPointer) -> GivenList:
    facts = replace(item.facts, parent=parent.facts.name)
    if pointer.agreement is None:
        return replace(item, facts=facts)
    territory = parent.read.listed.scheme.territory
    pointed = Pointed(agreement=pointer.agreement, law=law_of(territory))
    return replace(item, facts=replace(facts, agreement_with=territory), pointed=pointed)


# --- anchors -----------------------------------------------------------------------------------------------------


def list_anchors(lists: tuple[GivenList, ...], store: ObjectStore) -> tuple[AnchorFacts, ...]:
    """The services that are trust anchors for what is in the store: those that issued one of its certificates, and
    those that are among them; with the OCSP responders of the same lists. Their certificates go into the store."""
    wanted = store.certificates()
    names = {item.issuer.key for item in wanted} | {item.subject.key for item in wanted}
    found: dict[tuple[str, str], AnchorFacts] = {}
    for given in lists:
        named = [pair for key in names for pair in given.read.by_subject.get(key, ())] if given.usable else []
        anchors = [(one, facts) for one, service in named for facts in _anchor(one, service, given)]
        for certificate, facts in anchors + (_responders(given) if anchors else []):
            store.add(ObjectKind.CERTIFICATE, certificate.der, "anchor")
            known = found.get((facts.certificate, given.facts.name))
            found[facts.certificate, given.facts.name] = facts if known is None else _joined(known, facts)
    return tuple(found[key] for key in sorted(found))


def _responders(given: GivenList) -> list[tuple[Certificate, AnchorFacts]]:
    pairs = [pair for items in given.read.by_subject.values() for pair in items]
    found = [(one, facts) for one, service in pairs for facts in _anchor(one, service, given)]
    return [pair for pair in found if pair[1].purposes == (OCSP_RESPONDER,)][:MAX_RESPONDERS]


def _anchor(certificate: Certificate, service: TrustService, given: GivenList) -> Iterator[AnchorFacts]:
    read = [(read_service(item, given.pointed), item) for item in service.periods]
    purposes = [found for found in (_purposes(kind) for (kind, _), _ in read) if found is not None]
    trusted, sunset = _trusted_until([(status, item) for (_, status), item in read])
    if purposes and trusted:
        yield AnchorFacts(
            certificate=certificate.fingerprint,
            source=given.facts.name,
            territory=given.read.listed.scheme.territory,
            sunset=_early(sunset, certificate),
            purposes=min(purposes),
        )


def _purposes(kind: str) -> tuple[str, ...] | None:
    """What a service of this type anchors; None for one that anchors nothing."""
    if kind in _AUTHORITIES:
        return ()
    if kind in _STAMPS:
        return ("time-stamp",)
    return (OCSP_RESPONDER,) if kind in _RESPONDERS else None


def _trusted_until(periods: list[tuple[str, ServicePeriod]]) -> tuple[bool, datetime | None]:
    """Whether the service was ever to be relied on, and until when (None: still). `periods` newest first."""
    end = None
    for status, period in periods:
        if status in _TRUSTED:
            return True, end
        end = period.start
    return False, None


def _early(sunset: datetime | None, certificate: Certificate) -> datetime | None:
    """A service that was trusted for as long as its certificate lasted ended as planned, and the list vouches for its
    whole life; one that was withdrawn before then is trusted only for what is proven to be older."""
    return None if sunset is None or sunset > certificate.not_after else sunset


def _joined(one: AnchorFacts, other: AnchorFacts) -> AnchorFacts:
    """Two services of one key in one list: the longer trust, every purpose of both (none named: any)."""
    both = (one.sunset, other.sunset)
    every = () in (one.purposes, other.purposes)
    return replace(
        one,
        sunset=None if None in both else max(item for item in both if item is not None),
        purposes=() if every else tuple(sorted({*one.purposes, *other.purposes})),
    )
