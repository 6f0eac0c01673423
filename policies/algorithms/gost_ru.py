"""Russia: GOST R 34.10-2012 with Streebog (RFC 9215), and the older R 34.10-2001 with R 34.11-94 (RFC 4491), read only.

Public keys are an OCTET STRING of x ‖ y little-endian, signatures s ‖ r big-endian.
"""

from functools import partial

from policies.algorithms import gost
from policies.algorithms.curves import Domain, domains
from policies.algorithms.encoding import (
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    MalformedError,
    UnsupportedError,
    object_identifier,
    only,
    sequence,
)
from policies.algorithms.identifiers import AlgorithmIdentifier, SubjectPublicKeyInfo
from policies.algorithms.model import AlgorithmUse
from policies.algorithms.suite import LoadedKey, Suite

KEY_256, KEY_512, KEY_2001 = "1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2", "1.2.643.2.2.19"
SIGNATURE_256, SIGNATURE_512, SIGNATURE_2001 = "1.2.643.7.1.1.3.2", "1.2.643.7.1.1.3.3", "1.2.643.2.2.3"
DIGEST_256, DIGEST_512, DIGEST_94 = "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3", "1.2.643.2.2.30.1"

CRYPTOPRO_SETS: dict[str, Domain] = {
    "1.2.643.2.2.35.0": domains.GOST_256_TEST,
    "1.2.643.2.2.35.1": domains.CRYPTOPRO_A,
    "1.2.643.2.2.35.2": domains.CRYPTOPRO_B,
    "1.2.643.2.2.35.3": domains.CRYPTOPRO_C,
    "1.2.643.2.2.36.0": domains.CRYPTOPRO_A,
    "1.2.643.2.2.36.1": domains.CRYPTOPRO_C,
}
TC26_SETS: dict[str, Domain] = {
    "1.2.643.7.1.2.1.1.1": domains.TC26_256_A,
    "1.2.643.7.1.2.1.1.2": domains.CRYPTOPRO_A,
    "1.2.643.7.1.2.1.1.3": domains.CRYPTOPRO_B,
    "1.2.643.7.1.2.1.1.4": domains.CRYPTOPRO_C,
    "1.2.643.7.1.2.1.2.0": domains.GOST_512_TEST,
    "1.2.643.7.1.2.1.2.1": domains.TC26_512_A,
    "1.2.643.7.1.2.1.2.2": domains.TC26_512_B,
    "1.2.643.7.1.2.1.2.3": domains.TC26_512_C,
}
SETS = CRYPTOPRO_SETS | TC26_SETS

# What RFC 9215 4.1 forbids in digestParamSet and real keys hold: it decides nothing, for the digest follows the size.
SUPERFLUOUS_DIGEST = "gost-superfluous-digest-parameters"
MISSING_DIGEST = "gost-missing-digest-parameters"
OLD_DIGEST = "gost-1994-digest-parameters"


def key_parameters(identifier: AlgorithmIdentifier) -> tuple[str, ...]:
    """The OIDs of GostR3410-2012-PublicKeyParameters or GostR3410-2001-PublicKeyParameters, in order.

    Raises UnsupportedError when they are absent: RFC 4491 2.3.2 lets them be inherited, which no CA is known to do.
    """
    if identifier.parameters_absent_or_null:
        raise UnsupportedError("inherited GOST parameters")
    assert identifier.parameters is not None
    elements = sequence(identifier.parameters)
    if not elements or any(tag != OBJECT_IDENTIFIER for tag, _ in elements):
        raise MalformedError("GOST key parameters")
    return tuple(object_identifier(contents) for _, contents in elements)


def _digest_leniencies(curve: str, digests: tuple[str, ...], octets: int) -> tuple[str, ...]:
    """The departures of digestParamSet from RFC 9215 4.1. Raises MalformedError when it contradicts the key."""
    expected = DIGEST_256 if octets == 32 else DIGEST_512
    if len(digests) > 1 or (digests and digests[0] not in {expected, DIGEST_94 if octets == 32 else expected}):
        raise MalformedError("digest parameters contradict the key (RFC 9215 4.1)")
    if not digests:
        return (MISSING_DIGEST,) if curve in CRYPTOPRO_SETS else ()
    if digests[0] == DIGEST_94:
        return (OLD_DIGEST,)
    return () if curve in CRYPTOPRO_SETS else (SUPERFLUOUS_DIGEST,)


def _load_2012(octets: int, info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    curve, *digests = key_parameters(info.algorithm)
    domain = gost.known_domain(SETS, curve, octets)
    leniencies = gost.domain_leniencies(domain) + _digest_leniencies(curve, tuple(digests), octets)
    key = gost.load_point(domain, only(info.key, OCTET_STRING))
    return LoadedKey(AlgorithmUse("GOST R 34.10-2012", 8 * octets, "signature"), key, leniencies)


def _load_2001(info: SubjectPublicKeyInfo, _inherited: bytes | None) -> LoadedKey:
    """Curve, digest set and, optionally, a cipher set (RFC 4491 2.3.2), which signatures do not use."""
    oids = key_parameters(info.algorithm)
    if len(oids) not in (2, 3):
        raise MalformedError("GOST key parameters (RFC 4491 2.3.2)")
    domain = gost.known_domain(CRYPTOPRO_SETS, oids[0], 32)
    if oids[1] != DIGEST_94:
        # The signature algorithm takes its substitution table from here, and only this set is in use.
        raise UnsupportedError(oids[1])
    key = gost.load_point(domain, only(info.key, OCTET_STRING))
    return LoadedKey(AlgorithmUse("GOST R 34.10-2001", 256, "signature"), key, gost.domain_leniencies(domain))


SUITE = Suite(
    name="gost-ru",
    keys={KEY_256: partial(_load_2012, 32), KEY_512: partial(_load_2012, 64), KEY_2001: _load_2001},
    signatures={
        SIGNATURE_256: gost.scheme(KEY_256, "Streebog-256", gost.russian_numbers),
        SIGNATURE_512: gost.scheme(KEY_512, "Streebog-512", gost.russian_numbers),
        SIGNATURE_2001: gost.scheme(KEY_2001, "GOST94-CryptoPro", gost.russian_numbers),
    },
    # A SignerInfo names the key algorithm (RFC 4490 3, TC 26 for 2012); the signature algorithm is met too.
    cms={
        (KEY_256, "Streebog-256"): SIGNATURE_256,
        (KEY_512, "Streebog-512"): SIGNATURE_512,
        (KEY_2001, "GOST94-CryptoPro"): SIGNATURE_2001,
    },
    cms_digests={
        **dict.fromkeys((KEY_256, SIGNATURE_256), frozenset({"Streebog-256"})),
        **dict.fromkeys((KEY_512, SIGNATURE_512), frozenset({"Streebog-512"})),
        **dict.fromkeys((KEY_2001, SIGNATURE_2001), frozenset({"GOST94-CryptoPro"})),
    },
)
