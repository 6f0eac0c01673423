"""Every suite that can sign, from a root's key to the verdict over a long-term signature, by this software alone.

Whoever else can read a suite judges the same objects in the tests beside this one; for the Belarusian, Kazakh and
Kyrgyz ones no other implementation is in Debian.
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

import pytest

from ca.errors import BlockedKeyError, ProofOfPossessionError, RequestRefusedError, ReusedKeyError
from ca.ocsp import UNAUTHORIZED
from ca.values import AuthorityKind, CertificateRequest, CrossTerms, NewAuthority, Pkcs10, StoredKey
from ops.platform import der
from ops.platform.keys import DIGEST_OIDS, KeyAlgorithm
from policies.algorithms import CryptoResult, describe_key, load_policy, verify
from signer.certificate import facts
from signer.errors import CertificateRevokedError
from signer.model import AdesLevel, SignatureFormat
from tests.ca.world import World
from tests.interop.house import SHA1, House, name_in, ocsp_request
from tests.interop.peers import with_digest_parameters
from validator.cms.signed_data import parse
from validator.gather import AnchorInput, Source
from validator.judge import SignatureVerdict, judge, judgement_policy
from validator.revocation.ocsp import OcspResponse, parse_ocsp
from validator.service import ValidationRequest, ValidationResult, validate

POST_QUANTUM: Final = (KeyAlgorithm.ML_DSA_65, KeyAlgorithm.ML_DSA_87, KeyAlgorithm.SLH_DSA_SHA2_128F)
KINDS: Final = [
    kind for kind in KeyAlgorithm if kind.is_national or kind in POST_QUANTUM or kind is KeyAlgorithm.EC_P521
]
NAMES: Final = {
    KeyAlgorithm.BIGN_384: "bign",
    KeyAlgorithm.GOST_KZ_2015_512: "GOST 34.10-2015 KZ",
    KeyAlgorithm.TUMAR_KG: "TUMAR",
}
CONTENT: Final = b"what two states agree upon\n" * 40


def _own(result: ValidationResult) -> SignatureVerdict:
    (found,) = result.verdict.signatures
    return found


def _words(found: SignatureVerdict) -> str:
    return f"{found.indication}/{found.sub_indication}" if found.sub_indication else str(found.indication)


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


@pytest.fixture(scope="module")
def houses(shared_world: World) -> dict[KeyAlgorithm, House]:
    """A house for each kind, built when it is first asked for."""

    class Street(dict[KeyAlgorithm, House]):
        def __missing__(self, kind: KeyAlgorithm) -> House:
            self[kind] = House(shared_world, kind)
            return self[kind]

    return Street()


@pytest.mark.parametrize("format", list(SignatureFormat))
@pytest.mark.parametrize("kind", KINDS)
def test_long_term_signature(
    houses: dict[KeyAlgorithm, House], pdf: bytes, kind: KeyAlgorithm, format: SignatureFormat
) -> None:
    house = houses[kind]
    document = pdf if format is SignatureFormat.PADES else CONTENT
    beside = None if format is SignatureFormat.PADES else CONTENT
    result = house.judge(house.sign(document, format), beside)
    own = _own(result)
    assert (_words(own), own.intact, own.digests_intact) == ("TOTAL-PASSED", True, True), own.reasons
    assert all(stamp.intact and stamp.imprint_intact for stamp in result.verdict.timestamps)
    assert len(result.verdict.timestamps) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_changed_octets(houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm) -> None:
    house = houses[kind]
    signed = house.sign(CONTENT, SignatureFormat.CADES, AdesLevel.B)
    value = parse(signed).signers[0].signature
    forged = _own(house.judge(signed.replace(value, _flipped(value)), CONTENT))
    assert (_words(forged), forged.intact) == ("TOTAL-FAILED/SIG_CRYPTO_FAILURE", False)
    other = _own(house.judge(signed, _flipped(CONTENT)))
    assert (_words(other), other.digests_intact) == ("TOTAL-FAILED/HASH_FAILURE", False)
    leaf = house.leaf
    uncertified = _own(house.judge(signed.replace(leaf, _flipped(leaf)), CONTENT))
    assert uncertified.indication != "TOTAL-PASSED"


@pytest.mark.parametrize(
    ("kind", "catalogue"),
    [(KeyAlgorithm.BIGN_256, "by"), (KeyAlgorithm.GOST_KZ_2004, "kz"), (KeyAlgorithm.TUMAR_KG, "kg"),
     (KeyAlgorithm.GOST_2012_512_A, "ru"), (KeyAlgorithm.SM2, "cn")],
)  # fmt: skip
def test_under_the_states_own_catalogue(houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm, catalogue: str) -> None:
    house = houses[kind]
    result = house.judge(house.sign(CONTENT, SignatureFormat.CADES), CONTENT)
    policy = judgement_policy("default").with_algorithms(load_policy(catalogue), catalogue)
    (found,) = judge(result.evidence, policy, house.world.clock.now()).signatures
    assert _words(found) == "TOTAL-PASSED", found.reasons


@pytest.mark.parametrize("kind", [KeyAlgorithm.BIGN_384, KeyAlgorithm.GOST_KZ_2015_512, KeyAlgorithm.TUMAR_KG])
def test_forbidden_by_date_is_neither_forged_nor_unknown(houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm) -> None:
    house = houses[kind]
    result = house.judge(house.sign(CONTENT, SignatureFormat.CADES), CONTENT)
    default, now = judgement_policy("default"), house.world.clock.now()
    later, earlier = (
        default.algorithms.ending("signature", NAMES[kind], now + timedelta(days=days)) for days in (30, -30)
    )
    (found,) = judge(result.evidence, default.with_algorithms(later, "later"), now).signatures
    assert _words(found) == "TOTAL-PASSED", found.reasons
    (found,) = judge(result.evidence, default.with_algorithms(earlier, "earlier"), now).signatures
    assert (_words(found), found.intact) == ("INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", True), found.reasons


def test_signature_of_2015_with_a_timestamp_of_2004(shared_world: World, pdf: bytes) -> None:
    house = House(shared_world, KeyAlgorithm.GOST_KZ_2015_256, KeyAlgorithm.GOST_KZ_2004, street="mixed-")
    own = _own(house.judge(house.sign(pdf, SignatureFormat.PADES)))
    assert _words(own) == "TOTAL-PASSED", own.reasons


def test_timestamps_of_another_state(houses: dict[KeyAlgorithm, House], pdf: bytes) -> None:
    signs, stamps = houses[KeyAlgorithm.BIGN_512], houses[KeyAlgorithm.GOST_2012_512_A]
    services = signs.services(stamps.unit, stamps)
    for format, beside in ((SignatureFormat.PADES, None), (SignatureFormat.CADES, pdf)):
        signed = signs.sign(pdf, format, services=services)
        both = _own(signs.judge(signed, beside, anchors=(signs.root, stamps.root)))
        assert _words(both) == "TOTAL-PASSED", both.reasons


def test_belarusian_signature_under_a_hubs_rsa_key(houses: dict[KeyAlgorithm, House], pdf: bytes) -> None:
    house = houses[KeyAlgorithm.BIGN_256]
    world = house.world
    hub = (("countryName", "RU"), ("organizationName", "Hub"), ("commonName", "Hub Root"))
    root = world.ca.create_authority(
        NewAuthority("rsa-hub", "EAEU", AuthorityKind.HUB, hub, key_algorithm="rsa-3072")
    ).certificate
    assert root is not None
    ours, theirs = world.policy("EAEU"), world.policy("BY")
    terms = CrossTerms("model-treaty", (ours,), ((ours, theirs),), permitted_countries=("BY",), path_length=1)
    cross = world.cross("rsa-hub", house.named("root"), terms)
    services = house.services()
    signed = house.sign(pdf, SignatureFormat.CADES, services=services)
    result = validate(
        ValidationRequest(
            document=Source("signed", signed),
            detached=(Source("content", pdf),),
            anchors=(AnchorInput(source=Source("hub", root)),),
            certificates=(Source("cross", cross.der),),
            crls=tuple(Source("crl", world.ca.publish_crl(name).der) for name in ("rsa-hub", house.named("root"))),
        ),
        world.clock,
    )
    found = _own(result)
    assert _words(found) == "TOTAL-PASSED", found.reasons


def _request(world: World, label: str, *, changed: bool = False) -> Pkcs10:
    """A certification request with an empty subject, signed by a key of the store (RFC 2986 4)."""
    store = world.keys
    info = der.sequence(der.integer(0), der.sequence(), store.public_key(label), b"\xa0\x00")
    value = store.sign(label, info)
    signature = der.bit_string(_flipped(value) if changed else value)
    return Pkcs10(der.sequence(info, store.signature_algorithm(label), signature))


@pytest.mark.parametrize("kind", KINDS)
def test_request_proves_possession(houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm) -> None:
    house = houses[kind]
    label = house.world.keys.generate(house.named("asks"), kind).label
    subject = name_in(house.state, f"Asks with {kind}")
    asked = CertificateRequest(house.named("ca"), "legal-person", subject, _request(house.world, label))
    assert facts(house.world.ca.issue_now(asked).der).spki == house.world.keys.public_key(label)
    with pytest.raises(ProofOfPossessionError):
        house.world.ca.issue_now(replace(asked, key=_request(house.world, label, changed=True)))


@pytest.mark.parametrize(
    "kind", [KeyAlgorithm.BIGN_256, KeyAlgorithm.GOST_2012_512_A, KeyAlgorithm.GOST_KZ_2015_512, KeyAlgorithm.SM2]
)
def test_status_is_asked_for_by_the_states_own_digest(houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm) -> None:
    house, oid = houses[kind], DIGEST_OIDS[kind.natural_digest]
    answer = parse_ocsp(house.ocsp(house.leaf, oid))
    assert isinstance(answer, OcspResponse)
    (single,) = answer.responses
    assert (single.cert_id.hash_algorithm, single.status) == (oid, "good")
    assert verify(answer.algorithm, facts(house.responder).spki, answer.tbs, answer.signature) is CryptoResult.VALID
    stranger = houses[KeyAlgorithm.EC_P521]
    assert house.world.ca.ocsp(ocsp_request(house.leaf, house.leaf, oid)) == UNAUTHORIZED
    assert isinstance(parse_ocsp(stranger.ocsp(stranger.leaf, oid)), OcspResponse)
    unknown = ocsp_request(house.leaf, house.ca, SHA1).replace(der.oid(SHA1), der.oid("1.3.14.3.2.99"))
    assert house.world.ca.ocsp(unknown) == UNAUTHORIZED


def test_revoked_is_not_signed_with(shared_world: World) -> None:
    house = House(shared_world, KeyAlgorithm.BIGN_384, street="revoked-")
    house.revoke_leaf()
    with pytest.raises(CertificateRevokedError):
        house.sign(CONTENT, SignatureFormat.CADES)


@pytest.mark.parametrize(
    ("kind", "state"),
    [(KeyAlgorithm.BIGN_256, "KZ"), (KeyAlgorithm.GOST_2012_256_A, "BY"), (KeyAlgorithm.SM2, "EE")],
)
def test_a_states_law_admits_its_own_suites_alone(shared_world: World, kind: KeyAlgorithm, state: str) -> None:
    with pytest.raises(RequestRefusedError, match=f"does not admit a key of the kind {kind}"):
        shared_world.ca.create_authority(
            NewAuthority(f"foreign-{kind}", state, AuthorityKind.ROOT, name_in(state, "Root"), key_algorithm=kind.value)
        )


def test_persons_key_of_another_state(houses: dict[KeyAlgorithm, House]) -> None:
    house = houses[KeyAlgorithm.GOST_2012_256_A]
    stored = house.world.keys.generate("belarusian", KeyAlgorithm.BIGN_256)
    asked = CertificateRequest(house.named("ca"), "legal-person", name_in("RU", "Seller"), StoredKey(stored.label))
    with pytest.raises(RequestRefusedError, match="does not admit a key of the kind bign-256"):
        house.world.ca.issue_now(asked)


@pytest.mark.parametrize(
    ("kind", "blocked_as"),
    [(KeyAlgorithm.GOST_2012_512_A, "with digestParamSet"), (KeyAlgorithm.GOST_2012_256_B, "by the CryptoPro name"),
     (KeyAlgorithm.TUMAR_KG, "without NULL")],
)  # fmt: skip
def test_blocked_key_stays_blocked_in_another_encoding(
    houses: dict[KeyAlgorithm, House], kind: KeyAlgorithm, blocked_as: str
) -> None:
    house = houses[kind]
    label = house.world.keys.generate(house.named(f"blocked-{len(blocked_as)}"), kind).label
    spki = house.world.keys.public_key(label)
    others = {
        "with digestParamSet": with_digest_parameters(
            spki, "1.2.643.7.1.1.1.2", "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.1.2.3"
        ),
        "by the CryptoPro name": with_digest_parameters(
            spki, "1.2.643.7.1.1.1.1", "1.2.643.2.2.36.0", "1.2.643.7.1.1.2.2"
        ),
        "without NULL": spki.replace(b"\x05\x00", b"", 1).replace(
            spki[:4], bytes((0x30, spki[1] - 2, 0x30, spki[3] - 2)), 1
        ),
    }
    other = others[blocked_as]
    assert describe_key(other).bits > 0
    asked = CertificateRequest(house.named("ca"), "legal-person", name_in(house.state, "Blocked"), StoredKey(label))
    house.world.ca.issue_now(asked)
    again = replace(asked, subject=name_in(house.state, "Somebody else"))
    with pytest.raises(ReusedKeyError):
        house.world.ca.issue_now(again)
    # Blocked as its certificate has it, and then as a thief might write it.
    assert house.world.ca.block_key(sha256(other).hexdigest(), grounds="key published") == 0
    with pytest.raises(BlockedKeyError):
        house.world.ca.issue_now(asked)
    assert house.world.ca.block_key(sha256(spki).hexdigest(), grounds="key published") == 1
