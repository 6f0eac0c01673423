"""Builds the model space: each state's hierarchy with its time-stamp unit, the hub, and the bridge between them.

The bridge is a pair of cross-certificates for each member, with policy mappings, name constraints by country, a path
length, and two approvals each, as the CA demands for every edge between hierarchies.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from ca import identity
from ca.service import CertificateAuthority
from ca.values import Attributes, AuthorityKind, CertificateRequest, CrossTerms, Issued, NewAuthority, StoredKey
from ops.platform.installation import Installation
from ops.platform.keys import KeyAlgorithm
from ops.service.demo.space_data import HUB, MEMBERS, STATES, Person, State
from signer.model import SigningIdentity
from signer.service import SigningService
from signer.tsa.authority import TimestampAuthority
from signer.tsa.clockguard import ClockGuard
from signer.tsa.serials import SerialNumbers
from signer.tsa.unit import TimestampingUnit, UnitPolicy

APPROVERS = ("auditor", "second-officer")
_MAPPED_PROFILES = ("natural-person", "legal-person", "organisation-person", "tsa", "ocsp")
_INSTRUMENT = "model-eaeu-mutual"

Progress = Callable[[str], None]


def root_of(code: str) -> str:
    """Name of a jurisdiction's root authority."""
    return f"{code.lower()}-root"


def issuing_of(code: str) -> str:
    """Name of a jurisdiction's issuing authority."""
    return f"{code.lower()}-issuing"


def _subject(state: State, role: str) -> Attributes:
    return (
        ("countryName", state.country),
        ("organizationName", state.operator),
        ("organizationIdentifier", state.operator_identifier),
        ("commonName", f"{state.operator} {role}"),
    )


@dataclass(slots=True)
class Space:
    """The model space under construction and in use. `units` are the time-stamp units by jurisdiction; `national` gives
    each state the algorithms of its own platform."""

    installation: Installation
    ca: CertificateAuthority
    signer: SigningService
    national: bool = False
    units: dict[str, TimestampAuthority] = field(default_factory=dict)
    crosses: dict[tuple[str, str], Issued] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)

    def build(self, progress: Progress) -> None:
        """Everything that exists before the first person gets a certificate."""
        for name in APPROVERS:
            info = self.installation.keys.generate(f"approver/{name}", KeyAlgorithm.EC_P256)
            self.ca.register_approver(name, info.spki)
        for state in STATES:
            progress(f"{state.map_name}: root, issuing CA, OCSP responder, time-stamp unit")
            self._hierarchy(state)
        progress("Shared CA of the trusted third parties, one certificate for each member")
        self._trusted_third_parties()
        for code in MEMBERS:
            progress(f"Cross-certificates between {code} and the hub")
            self._cross(HUB, code)
            self._cross(code, HUB)
        self.publish()

    def publish(self) -> None:
        """New responders where they are due and a fresh CRL of every authority, as the schedule would make them."""
        self.ca.publish_due()
        for authority in self.ca.authorities():
            self.ca.publish_crl(authority.name)

    def _hierarchy(self, state: State) -> None:
        kind = AuthorityKind.HUB if state.code == HUB else AuthorityKind.ROOT
        root, issuing = root_of(state.code), issuing_of(state.code)
        algorithm = self._authority_kind(state)
        self.ca.create_authority(NewAuthority(root, state.code, kind, _subject(state, "Root"), key_algorithm=algorithm))
        below = NewAuthority(
            issuing, state.code, AuthorityKind.ISSUING, _subject(state, "Issuing"), parent=root, key_algorithm=algorithm
        )
        self.ca.create_authority(below)
        self.ca.create_responder(root)
        self.ca.create_responder(issuing)
        self._time_stamp_unit(state)

    def _authority_kind(self, state: State) -> str:
        return state.national_algorithm if self.national and state.national_algorithm else state.key_algorithm

    def _leaf_kind(self, code: str) -> KeyAlgorithm:
        """What persons and services of a state sign with."""
        state = next(item for item in STATES if item.code == code)
        return KeyAlgorithm(state.national_algorithm if self.national and state.national_algorithm else "ec-p256")

    def _time_stamp_unit(self, state: State) -> None:
        label = f"tsa/{state.code}"
        self.installation.keys.generate(label, self._leaf_kind(state.code))
        request = CertificateRequest(issuing_of(state.code), "tsa", _subject(state, "TSU 1"), StoredKey(label))
        certificate = self.ca.issue_now(request)
        now = self.installation.clock.now()
        unit = TimestampingUnit.from_store(
            label,
            SigningIdentity(certificate.der, self.chain(state.code)),
            self.installation.keys,
            label,
            UnitPolicy(self._policies("tsa", state.code)[0]),
            now,
        )
        guard = ClockGuard(self.installation.clock)
        self.units[state.code] = TimestampAuthority(unit, guard, SerialNumbers(self.installation.database, label))

    def chain(self, code: str) -> tuple[bytes, ...]:
        """The CA certificates of a jurisdiction, nearest to the end entity first, DER."""
        found = (self.ca.authority(name).certificate for name in (issuing_of(code), root_of(code)))
        return tuple(certificate for certificate in found if certificate is not None)

    def _trusted_third_parties(self) -> None:
        hub = next(state for state in STATES if state.code == HUB)
        subject = _subject(hub, "CA of the TTP service")
        self.ca.create_authority(NewAuthority("ttp-ca", HUB, AuthorityKind.TTP, subject, parent=root_of(HUB)))
        self.ca.create_responder("ttp-ca")
        for state in STATES:
            if state.code in MEMBERS:
                label = f"ttp/{state.code}"
                self.installation.keys.generate(label, self._leaf_kind(state.code))
                self.ca.issue_now(CertificateRequest("ttp-ca", "ttp", _subject(state, "TTP"), StoredKey(label)))

    def _policies(self, profile: str, code: str) -> tuple[str, ...]:
        return self.ca.policies(code, profile)

    def _mappings(self, issuer: str, subject: str) -> tuple[tuple[str, str], ...]:
        pairs: list[tuple[str, str]] = []
        for profile in _MAPPED_PROFILES:
            ours, theirs = self._policies(profile, issuer), self._policies(profile, subject)
            # A profile lists the state's own policy first; lists of different length have nothing else in common.
            most = len(ours) if len(ours) == len(theirs) else 1
            pairs.extend(zip(ours[:most], theirs[:most], strict=True))
        return tuple(dict.fromkeys(pairs))

    def _cross(self, issuer: str, subject: str) -> None:
        mappings = self._mappings(issuer, subject)
        towards_hub = subject == HUB
        terms = CrossTerms(
            instrument=_INSTRUMENT,
            policies=tuple(dict.fromkeys(ours for ours, _ in mappings)),
            mappings=mappings,
            permitted_countries=MEMBERS if towards_hub else (subject,),
            path_length=2 if towards_hub else 1,
            inhibit_policy_mapping=1 if towards_hub else 0,
        )
        prepared = self.ca.prepare_cross(root_of(issuer), root_of(subject), terms)
        for name in APPROVERS:
            self.ca.approve(prepared.id, name, self.installation.keys.sign(f"approver/{name}", prepared.tbs))
        self.crosses[issuer, subject] = self.ca.issue(prepared.token)

    def enrol(self, person: Person, days: int | None = None) -> Issued:
        """A key, a certificate and a credential for a person; `days` shortens the validity from now on."""
        label = f"credential/{person.key}"
        self.installation.keys.generate(label, self._leaf_kind(person.state))
        now = self.installation.clock.now()
        make = getattr(identity, person.profile.replace("-", "_"))
        request = CertificateRequest(
            issuing_of(person.state),
            person.profile,
            make(person.state, **dict(person.identity)),
            StoredKey(label),
            not_after=None if days is None else now + timedelta(days=days),
        )
        certificate = self.ca.issue_now(request)
        self.signer.credentials.add(
            person.key, owner=person.key, key_label=label, certificate=certificate.der, chain=self.chain(person.state)
        )
        self.issued[person.key] = certificate
        return certificate
