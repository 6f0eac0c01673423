"""One state's whole house under one kind of key: root, issuing authority, OCSP responder, time-stamping unit,
credential; and what they make, for the peers and for our own validator to judge."""

from dataclasses import dataclass
from typing import Final

from ca.csr import public_key_bits
from ca.values import Attributes, AuthorityKind, NewAuthority, RevocationReason
from ops.platform import der
from ops.platform.keys import KeyAlgorithm
from policies.algorithms import digest
from signer.certificate import facts
from signer.enrolment import Enrolment
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningOptions, SigningServices, Timestamper
from signer.service import SigningService
from signer.tsa.authority import TimestampAuthority
from signer.tsa.service import TimestampUnits
from signer.tsa.unit import UnitPolicy
from tests.ca.world import World
from validator.gather import AnchorInput, Source
from validator.service import ValidationRequest, ValidationResult, validate

SHA1: Final = "1.3.14.3.2.26"
POLICY: Final = "1.3.6.1.4.1.32473.1.4.999"
_STATES: Final = {
    "gost-2012": "RU",
    "gost-kz": "KZ",
    "tumar": "KG",
    "bign": "BY",
    "sm2": "CN",
}
_IDENTIFIERS: Final = {
    "RU": "VATRU-7707083893",
    "KZ": "NTRKZ-941240000193",
    "KG": "NTRKG-00200002",
    "BY": "TAXBY-800013732",
    "CN": "NTRCN-00300003",
    "EE": "NTREE-10000001",
}


def state_of(kind: KeyAlgorithm) -> str:
    """The state whose law has this kind of key; Estonia for what is everybody's."""
    return next((state for prefix, state in _STATES.items() if kind.value.startswith(prefix)), "EE")


def name_in(state: str, common_name: str) -> Attributes:
    """The subject of an organisation of a state."""
    return (
        ("countryName", state),
        ("organizationName", f"Operator of {state}"),
        ("organizationIdentifier", _IDENTIFIERS[state]),
        ("commonName", common_name),
    )


@dataclass
class House:
    """The hierarchy of one kind of key in an installation. Names in it begin with the street and the kind; `stamps` is
    the kind of key of the time-stamping unit when it is another."""

    world: World
    kind: KeyAlgorithm
    stamps: KeyAlgorithm | None = None
    state: str = ""
    street: str = ""

    def __post_init__(self) -> None:
        self.state = self.state or state_of(self.kind)
        self._create()
        enrolment = Enrolment(self.world.ca, self.world.keys)
        self.service = SigningService(self.world.database, self.world.keys, self.world.audit, self.world.clock)
        self.units = TimestampUnits(self.world.database, self.world.keys, self.world.audit, self.world.clock)
        credential = enrolment.credential(
            self.service.credentials,
            self.named("seal"),
            owner="Seller",
            authority=self.named("ca"),
            profile="legal-person",
            subject=name_in(self.state, f"Seller {self.kind}"),
            algorithm=self.kind,
        )
        self.leaf = credential.identity.certificate
        enrolment.unit(
            self.units,
            self.named("tsu"),
            authority=self.named("ca"),
            subject=name_in(self.state, f"TSU {self.kind}"),
            policy=UnitPolicy(POLICY),
            algorithm=self.stamps or self.kind,
        )
        self.unit: TimestampAuthority = self.units.open(self.named("tsu"))
        self.tsa = self.unit.unit.identity.certificate

    def _create(self) -> None:
        algorithm = self.kind.value
        root = NewAuthority(
            self.named("root"), self.state, AuthorityKind.ROOT, name_in(self.state, f"Root {self.kind}"),
            key_algorithm=algorithm,
        )  # fmt: skip
        below = NewAuthority(
            self.named("ca"), self.state, AuthorityKind.ISSUING, name_in(self.state, f"CA {self.kind}"),
            parent=root.name, key_algorithm=algorithm,
        )  # fmt: skip
        self.root = _certified(self.world.ca.create_authority(root).certificate)
        self.ca = _certified(self.world.ca.create_authority(below).certificate)
        self.responder = self.world.ca.create_responder(below.name, key_algorithm=algorithm).der

    def named(self, what: str) -> str:
        """The name of something in this house."""
        return f"{self.street}{self.kind}-{what}"

    def crls(self) -> tuple[bytes, bytes]:
        """Fresh lists of the root and the issuing authority, DER."""
        root, below = (self.world.ca.publish_crl(self.named(name)).der for name in ("root", "ca"))
        return root, below

    def ocsp(self, certificate: bytes, digest_oid: str = SHA1) -> bytes:
        """The OCSP response about a certificate of the issuing authority."""
        return self.world.ca.ocsp(ocsp_request(certificate, self.ca, digest_oid))

    def revoke_leaf(self) -> None:
        """Revoke the credential's certificate."""
        issued = [item for item in self.world.ca.certificates(self.named("ca")) if item.der == self.leaf]
        self.world.ca.revoke(
            self.named("ca"), issued[0].serial, RevocationReason.KEY_COMPROMISE, grounds="key published"
        )

    def services(self, timestamper: Timestamper | None = None, *others: "House") -> SigningServices:
        """A time-stamper (this house's unless another is given) and the lists of this and other houses."""
        lists = tuple(item for house in (self, *others) for item in house.crls())
        return SigningServices(
            timestamper=timestamper or self.unit, material=MaterialCollector(given=Material((), lists, ()))
        )

    def sign(
        self,
        document: bytes,
        format: SignatureFormat,
        level: AdesLevel = AdesLevel.LTA,
        services: SigningServices | None = None,
    ) -> bytes:
        """A signature of the credential; the validator has judged it before it is given."""
        return self.service.sign(
            document,
            self.named("seal"),
            format,
            SigningOptions(level=level),
            services or self.services(),
            granted_by="test",
        )

    def judge(
        self, signed: bytes, content: bytes | None = None, *, policy: str = "default", anchors: tuple[bytes, ...] = ()
    ) -> ValidationResult:
        """What the validator says under this house's root, offline, at the clock's time."""
        return validate(
            ValidationRequest(
                document=Source("signed", signed),
                detached=() if content is None else (Source("content", content),),
                anchors=tuple(AnchorInput(source=Source("root", one)) for one in anchors or (self.root,)),
                policy=policy,
            ),
            self.world.clock,
        )


def _certified(certificate: bytes | None) -> bytes:
    assert certificate is not None
    return certificate


def ocsp_request(certificate: bytes, issuer: bytes, digest_oid: str) -> bytes:
    """An OCSPRequest without nonce (RFC 6960 4.1)."""
    found, above = facts(certificate), facts(issuer)
    identifier = der.sequence(
        der.algorithm(digest_oid, der.null()),
        der.octet_string(digest(digest_oid, found.issuer)),
        der.octet_string(digest(digest_oid, public_key_bits(above.spki))),
        found.serial,
    )
    return der.sequence(der.sequence(der.sequence(der.sequence(identifier))))
