"""Turns a time-stamp token into facts (RFC 3161 2.4.2; the checks of EN 319 102-1 5.4 are the judge's)."""

import hashlib
from dataclasses import dataclass

from policies.reasons import Reason
from validator.cms import oids, verify
from validator.cms.signed_data import CmsError
from validator.cms.timestamp import Token, parse_token, token_in_response
from validator.evidence import CoveredObject, TimestampFacts, TimestampKind
from validator.gather.material import collect
from validator.gather.signatures import Content, SignerContext, signature_facts, signature_id
from validator.gather.store import ObjectStore

KNOWN_EXTENSIONS = frozenset((oids.QC_STATEMENTS,))


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """Where a token stands: its kind, the signature it belongs to, and what its imprint must be over. `imprinted` is
    None when that data is not at hand; `intact` overrides the comparison where the caller made it (archive)."""

    kind: TimestampKind
    owner: str | None = None
    imprinted: Content | None = None
    covers: tuple[CoveredObject, ...] = ()
    origin: str = "time-stamp"


def read_token(octets: bytes) -> tuple[Token | None, tuple[Reason, ...]]:
    """The token, also out of a TimeStampResp; else the reason why not."""
    try:
        return parse_token(octets), ()
    except CmsError as fault:
        inner = token_in_response(octets)
        if inner is None:
            return None, (Reason.of("TS-TSP-UNREADABLE", rule=fault.rule),)
    try:
        return parse_token(inner), ()
    except CmsError as fault:
        return None, (Reason.of("TS-TSP-UNREADABLE", rule=fault.rule),)


def timestamp_id(octets: bytes, place: TokenPlace, taken: set[str]) -> str:
    """T- and 16 hexadecimal digits of the token's hash; a token that occurs twice gets a number."""
    name = "T-" + hashlib.sha256(octets).hexdigest()[:16]
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name}-{count}"
    taken.add(unique)
    return unique


def collect_token(octets: bytes, store: ObjectStore, origin: str = "time-stamp") -> tuple[str, ...]:
    """Put the certificates and revocation data inside a token into the store; their hashes."""
    token, _ = read_token(octets)
    return collect(token.signed_data, store, origin) if token else ()


def timestamp_facts(
    octets: bytes, place: TokenPlace, store: ObjectStore, taken: set[str], order: int
) -> TimestampFacts:
    """All facts about one token. Never raises."""
    name = timestamp_id(octets, place, taken)
    token, faults = read_token(octets)
    digest = hashlib.sha256(octets).hexdigest()
    if token is None:
        return TimestampFacts(
            id=name, kind=place.kind, owner=place.owner, order=order, structure=faults, token_sha256=digest
        )
    signed, info = token.signed_data, token.info
    if len(signed.signers) != 1:
        faults = (Reason.of("TS-TSP-SIGNERS", count=len(signed.signers)),)
    embedded = collect(signed, store, place.origin)
    computed = verify.content_digest(info.imprint_oid, place.imprinted) if place.imprinted is not None else None
    found = place.imprinted is not None
    signature = None
    if signed.signers:
        context = SignerContext(
            id=signature_id(signed.signers[0], taken),
            format="RFC3161",
            packaging="enveloping",
            content=(signed.content or b"",),
            content_type=oids.ID_CT_TST_INFO,
            certificates=store.certificates(),
            embedded=embedded,
            # Time-stamping units of qualified providers sign the attributes unsorted; their tokens are in millions of
            # files and other verifiers take the received order, which encodes the same attributes.
            received_order=True,
        )
        signature = signature_facts(signed.signers[0], context)
    return TimestampFacts(
        id=name,
        kind=place.kind,
        owner=place.owner,
        order=order,
        structure=faults,
        gen_time=info.gen_time,
        accuracy_microseconds=info.accuracy_microseconds,
        ordering=info.ordering,
        serial=info.serial,
        policy=info.policy,
        qualified_statement=info.qualified,
        unknown_critical_extensions=tuple(
            oid for oid, critical, _ in info.extensions if critical and oid not in KNOWN_EXTENSIONS
        ),
        imprint_algorithm=verify.digest_name(info.imprint_oid),
        imprint_found=found,
        imprint_intact=computed == info.imprint if found and computed is not None else None,
        covers=place.covers,
        signature=signature,
        token_sha256=digest,
    )
