"""From what is asked to what may be prepared: every check of a request that needs no reserved serial.

An `Order` is a request whose profile exists, whose key is proved and strong, and whose subject has exactly the
attributes that the profile admits.
"""

from dataclasses import dataclass
from datetime import datetime

from ca import oids
from ca.csr import ProvenKey, proven_key
from ca.errors import RequestRefusedError, UnknownProfileError
from ca.keycheck import check_key
from ca.names import encode_name
from ca.national import admitted_anywhere
from ca.profile import Profile, Purpose
from ca.room import Room
from ca.values import AuthorityKind, CertificateRequest, CrossTerms, Pkcs10, StoredKey

# Who may issue what. The shared CA of the trusted third parties certifies nobody else (EEC Board Decision 154).
_ANCHOR = frozenset(
    {Purpose.ROOT, Purpose.ISSUING, Purpose.CROSS, Purpose.LINK, Purpose.OCSP, Purpose.TSA, Purpose.TTP}
)
MAY_ISSUE: dict[AuthorityKind, frozenset[Purpose]] = {
    AuthorityKind.ROOT: _ANCHOR,
    AuthorityKind.HUB: _ANCHOR,
    AuthorityKind.ISSUING: frozenset(Purpose) - {Purpose.ROOT, Purpose.LINK},
    AuthorityKind.TTP: frozenset({Purpose.ROOT, Purpose.TTP, Purpose.OCSP}),
}


@dataclass(frozen=True, slots=True)
class Order:
    """A checked request. `subject` is DER; `subject_authority` names the authority it certifies, if it is ours."""

    issuer: str
    profile: Profile
    subject: bytes
    key: ProvenKey
    asked: tuple[datetime | None, datetime | None]
    policies: tuple[str, ...]
    requested_by: str
    subject_authority: str | None = None
    cross: CrossTerms | None = None
    identification_kind: int | None = None
    limit: tuple[str, int, int] | None = None


def profile_of(room: Room, name: str) -> Profile:
    """The loaded profile of a name. Raises UnknownProfileError."""
    found = room.profiles.get(name)
    if found is None:
        raise UnknownProfileError(f"There is no profile {name!r}.")
    return found


def order_of(room: Room, request: CertificateRequest) -> Order:
    """The order of an end-entity request. Raises RequestRefusedError and its kin; reads the key store only."""
    profile = profile_of(room, request.profile)
    if profile.purpose.is_ca:
        raise RequestRefusedError(
            f"The profile {profile.name} makes a CA; use the command for authorities, cross- or link certificates."
        )
    _require_attributes(profile, request)
    if request.limit is not None and profile.qualified is None:
        raise RequestRefusedError("Only a qualified certificate carries a transaction limit.")
    if request.identification_kind is not None and request.identification_kind not in range(4):
        raise RequestRefusedError("The kind of identification has to be 0, 1, 2 or 3.")
    key = key_of(room, request.key)
    check_key(key.spki, admitted_anywhere(profile))
    return Order(
        issuer=request.authority,
        profile=profile,
        subject=encode_name(request.subject),
        key=key,
        asked=(request.not_before, request.not_after),
        policies=request.policies,
        requested_by=request.requested_by,
        identification_kind=request.identification_kind,
        limit=request.limit,
    )


def key_of(room: Room, key: Pkcs10 | StoredKey) -> ProvenKey:
    """The proven key of a request, or of the key store."""
    if isinstance(key, StoredKey):
        return ProvenKey(room.keys.public_key(key.label))
    return proven_key(key.octets)


def _require_attributes(profile: Profile, request: CertificateRequest) -> None:
    kinds = [kind for kind, _ in request.subject]
    missing = sorted(profile.subject_required - set(kinds))
    if missing:
        raise RequestRefusedError(f"The subject lacks {', '.join(missing)}, which the profile {profile.name} requires.")
    foreign = sorted(set(kinds) - profile.subject_allowed)
    if foreign:
        raise RequestRefusedError(f"The profile {profile.name} does not admit {', '.join(foreign)} in the subject.")
    for group in profile.subject_one_of:
        if not group & set(kinds):
            raise RequestRefusedError(f"The subject needs one of {', '.join(sorted(group))}.")
    repeated = {kind for kind in kinds if kinds.count(kind) > 1 and kind != "organizationalUnitName"}
    if repeated:
        raise RequestRefusedError(f"The subject holds {', '.join(sorted(repeated))} more than once.")


def policies_of(profile: Profile, jurisdiction: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The policies a certificate asserts: those asked for where the profile leaves them open, else the profile's own,
    narrowed to the ones asked for. Raises RequestRefusedError for a policy that the profile does not have."""
    own = profile.policies_for(jurisdiction)
    if not asked:
        return own
    if oids.ANY_POLICY in asked:
        raise RequestRefusedError("No certificate here asserts anyPolicy.")
    beyond = [policy for policy in asked if policy not in own]
    if beyond and not profile.open_policies:
        raise RequestRefusedError(f"The profile {profile.name} does not issue under the policy {beyond[0]}.")
    return asked
