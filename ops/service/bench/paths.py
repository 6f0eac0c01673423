"""`trustspace bench path` and `bench mesh`: the path engine against the raw signature checks and against
pyhanko-certvalidator, and its cost over full meshes of cross-certified authorities."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from ops.service.bench.hierarchy import (
    AT,
    Party,
    authority_extensions,
    certify,
    ecdsa_party,
    ed25519_party,
    empty_crl,
    good_answer,
    person_extensions,
)
from ops.service.bench.measure import Figure, rate
from policies.algorithms import load_policy
from validator.cli.path_batch import settle_collector
from validator.path.certificate import Certificate, parse_certificate
from validator.path.engine import build_path
from validator.path.types import PathOutcome, PathRequest, PathSettings, RevocationMode, TrustAnchor
from validator.revocation.crl import parse_crl
from validator.revocation.ocsp import parse_ocsp
from validator.revocation.types import RevocationEvidence

CURVES = ("P-256", "P-384")
LEAVES = 12_000
COLD, ROUNDS = 150, 7
MESHES = (5, 20, 100, 1_000)
REFUSED_UP_TO = 100
_SETTINGS = PathSettings(algorithms=load_policy("default"), deadline_seconds=60.0)


@dataclass(frozen=True, slots=True)
class _Space:
    """A three-certificate hierarchy: root, CA (status by CRL), end entities (status by OCSP, one response each)."""

    root: bytes
    authority: bytes
    crl: bytes
    leaves: tuple[tuple[bytes, bytes], ...]
    issuer: Party


def path() -> list[Figure]:
    """Figures for each curve: the next document of a known issuer against the signature checks that remain, and
    everything unknown against pyhanko-certvalidator on the same certificates."""
    settle_collector()
    return [figure for curve in CURVES for figure in _path(curve)]


def _path(curve: str) -> Iterator[Figure]:
    space = _space(LEAVES, curve)
    leaves = cycle(space.leaves)
    checks = _remaining_checks(space)
    # Certificate and OCSP response of the end entity are new each time, so two signature checks remain.
    warm, raw, cold, peer = _in_turns(
        lambda: rate(lambda: _ask(space, *next(leaves)), rounds=1, seconds=0.3),
        lambda: rate(lambda: next(checks)(), rounds=1, seconds=0.2),
        lambda: _cold_rate(curve),
        lambda: rate(lambda: _ask_peer(space, *space.leaves[0]), rounds=1, seconds=0.3),
    )
    yield Figure(name=f"{curve} warm, next person", rate=warm, reference="raw, 2 checks", reference_rate=raw / 2)
    # With a response that is known, as for the second document of a signer, none remains; the rate stands for itself.
    yield Figure(name=f"{curve} warm, same end entity", rate=rate(lambda: _ask(space, *space.leaves[0]), rounds=3))
    yield Figure(name=f"{curve} cold", rate=cold, reference="pyhanko-certvalidator", reference_rate=peer)
    yield Figure(name=f"{curve} cold", rate=cold, reference="raw, 4 checks", reference_rate=raw / 4)


def _in_turns(*measurements: Callable[[], float]) -> list[float]:
    """The median of every measurement over ROUNDS rounds. What is compared is measured in turns, so that a machine
    that slows down for a while slows down all of it."""
    rounds = [[measure() for measure in measurements] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def _space(leaves_wanted: int, curve: str) -> _Space:
    root, authority = (ecdsa_party(f"Bench {label}", curve) for label in ("Root", "CA"))
    leaves, person = [], person_extensions()
    for number in range(leaves_wanted):
        # Every end entity is somebody else with a key of their own: what is remembered of one helps with no other.
        holder = ecdsa_party(f"Bench Holder {number:05}", curve)
        leaf = certify(holder, authority, ca=False, extra=person)
        leaves.append((leaf, good_answer(x509.load_der_x509_certificate(leaf).serial_number, authority)))
    return _Space(
        root=certify(root, root, ca=True),
        authority=certify(authority, root, ca=True, extra=authority_extensions()),
        crl=empty_crl(root),
        leaves=tuple(leaves),
        issuer=authority,
    )


def _remaining_checks(space: _Space) -> Iterator[Callable[[], None]]:
    """The signature checks that are left on a warm path, by the library alone, for one end entity after the other."""
    key = x509.load_der_x509_certificate(space.authority).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    found: list[Callable[[], None]] = []
    for leaf, answer in space.leaves[:1_000]:
        one, status = x509.load_der_x509_certificate(leaf), ocsp.load_der_ocsp_response(answer)
        digest = one.signature_hash_algorithm
        assert digest is not None
        found.append(partial(key.verify, one.signature, one.tbs_certificate_bytes, ec.ECDSA(digest)))
        found.append(partial(key.verify, status.signature, status.tbs_response_bytes, ec.ECDSA(digest)))
    return cycle(found)


def _parsed(encoded: bytes) -> Certificate:
    value = parse_certificate(encoded)
    assert isinstance(value, Certificate)
    return value


def _ask(space: _Space, leaf: bytes, answer: bytes) -> PathOutcome:
    outcome = build_path(
        PathRequest(
            leaf=_parsed(leaf),
            anchors=(TrustAnchor(_parsed(space.root)),),
            pool=(_parsed(space.authority),),
            evidence=RevocationEvidence.of((parse_crl(space.crl), parse_ocsp(answer))),
            at=AT,
            settings=_SETTINGS,
        )
    )
    assert outcome.valid, outcome.reasons
    return outcome


def _cold_rate(curve: str) -> float:
    """Rate over hierarchies that nobody has seen: whatever is remembered is remembered by content."""
    spaces = [_space(1, curve) for _ in range(COLD)]
    started = time.perf_counter()
    for space in spaces:
        _ask(space, *space.leaves[0])
    return COLD / (time.perf_counter() - started)


def _ask_peer(space: _Space, leaf: bytes, answer: bytes) -> None:
    from asn1crypto.crl import CertificateList as PeerCrl
    from asn1crypto.ocsp import OCSPResponse as PeerOcsp
    from asn1crypto.x509 import Certificate as PeerCertificate
    from pyhanko_certvalidator import CertificateValidator, ValidationContext

    context = ValidationContext(
        trust_roots=[PeerCertificate.load(space.root)],
        other_certs=[PeerCertificate.load(space.authority)],
        crls=[PeerCrl.load(space.crl)],
        ocsps=[PeerOcsp.load(answer)],
        moment=AT,
        revocation_mode="require",
        allow_fetching=False,
    )
    validator = CertificateValidator(PeerCertificate.load(leaf), validation_context=context)
    asyncio.run(validator.async_validate_path())


def mesh() -> list[Figure]:
    """Figures for full meshes: the certificates are read before the clock starts (once per trust state), indexing,
    search and signature checks are measured with nothing remembered."""
    return [_mesh(size) for size in MESHES]


def _mesh(size: int) -> Figure:
    root = ed25519_party("Mesh Root")
    parties = [ed25519_party(f"Mesh CA {number:04}") for number in range(size)]
    started = time.perf_counter()
    pool = tuple(_edges(root, parties))
    anchors = (TrustAnchor(_parsed(certify(root, root, ca=True))),)
    prepared = time.perf_counter() - started
    holder = ed25519_party("Holder")
    good = _parsed(certify(holder, parties[-1], ca=False))
    found = _timed(pool, anchors, good, valid=True)
    # Every certificate leads to the anchor and no policy is ever valid: the search cannot stop early with a "yes".
    refused = _timed(pool, anchors, good, valid=False) if size <= REFUSED_UP_TO else None
    edges = len(pool)
    detail = {
        "edges": float(edges),
        "cold_seconds": round(found, 4),
        "microseconds_per_edge": round(found / edges * 1e6, 3),
        "writing_and_reading_seconds": round(prepared, 1),
    }
    if refused is not None:
        detail["refusal_seconds"] = round(refused, 4)
        detail["refusal_microseconds_per_edge"] = round(refused / edges * 1e6, 3)
    return Figure(name=f"mesh of {size}", rate=1 / found, detail=detail)


def _edges(root: Party, parties: list[Party]) -> Iterator[Certificate]:
    yield _parsed(certify(parties[0], root, ca=True))
    for issuer in parties:
        for subject in parties:
            if subject is not issuer:
                yield _parsed(certify(subject, issuer, ca=True))


def _timed(pool: tuple[Certificate, ...], anchors: tuple[TrustAnchor, ...], leaf: Certificate, *, valid: bool) -> float:
    settings = PathSettings(
        revocation=RevocationMode.NONE,
        algorithms=load_policy("default"),
        require_explicit_policy=not valid,
        deadline_seconds=60.0,
        max_signature_checks=1_000_000,
        max_steps=1_000_000,
    )
    request = PathRequest(
        leaf=leaf, anchors=anchors, pool=pool, evidence=RevocationEvidence(), at=AT, settings=settings
    )
    started = time.perf_counter()
    outcome = build_path(request)
    spent = time.perf_counter() - started
    assert outcome.valid is valid, outcome.reasons
    return spent
