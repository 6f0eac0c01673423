"""Lives through the model space's three years: people are enrolled, documents are signed, things go wrong.

The clock is moved, nothing is forged in time: every certificate, list, response and time-stamp is made by the services
at the moment it claims. What results are files and the days on which they were signed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ca.values import RevocationReason
from ops.platform.clock import FixedClock
from ops.service.demo.attacks import change_one_octet, shadow_edit
from ops.service.demo.contract import write_contract
from ops.service.demo.space import Space, root_of
from ops.service.demo.space_data import HUB, PERSONS, Person
from signer.material import MaterialCollector
from signer.model import AdesLevel, SignatureFormat, SigningOptions, SigningServices, VisibleStamp
from signer.tsa.client import TimestampClient

BATCH_SIZE = 12
BAN_DAYS_AGO = 40

Progress = Callable[[str], None]


@dataclass(slots=True)
class Story:
    """The events in order. `documents` holds what exists at the end: file name → octets."""

    space: Space
    clock: FixedClock
    base_url: str
    now: datetime
    font: Path
    own_file: bytes | None = None
    documents: dict[str, bytes] = field(default_factory=dict)

    def tell(self, progress: Progress) -> None:
        """Everything, oldest first; the clock ends at `now`."""
        for days_ago, event in (
            (600, self._retired_official),
            (200, self._enrolment),
            (30, self._contract),
            (25, self._agency_batch),
            (24, self._court_filing),
            (20, self._before_the_theft),
            (15, self._kyrgyz_invoice),
            (10, self._theft_is_reported),
            (8, self._third_country),
            (5, self._after_the_theft),
            (4, self._late_signature),
            (3, self._suspension),
        ):
            self.clock.set(self.now - timedelta(days=days_ago))
            self.space.publish()
            progress(f"{self.clock.now():%Y-%m-%d} {(event.__doc__ or '').splitlines()[0]}")
            event()
        self.clock.set(self.now)
        self.space.publish()

    def _retired_official(self) -> None:
        """An official whose certificate ends within the year signs twice, once with long-term data"""
        self._enrol("former", days=60)
        order = self._paper("BY-2024/7", "Order", "Archive")
        self.documents["expired-with-long-term-data.pdf"] = self._sign(order, "former", AdesLevel.LTA)
        self.documents["expired-without-long-term-data.pdf"] = self._sign(order, "former", AdesLevel.B)

    def _enrolment(self) -> None:
        """Companies, an agency, a lawyer and citizens get their certificates"""
        for person in PERSONS:
            if person.key != "former":
                self._enrol(person.key)

    def _contract(self) -> None:
        """The seller in KZ signs the contract, the buyer in BY counter-signs, both at level LT"""
        parties = ("ТОО «Алтын Дән Экспорт» (БСН 110240003300)", "ОАО «Гомельхлебпром» (УНП 100112206)")
        contract = self.own_file or self._paper("KZ-BY-2026/041", *parties)
        stamps = (VisibleStamp(box=(60, 60, 290, 130)), VisibleStamp(box=(310, 60, 540, 130)))
        once = self._sign(contract, "seller", AdesLevel.LT, None if self.own_file else stamps[0])
        self.clock.advance(timedelta(days=1))
        self.space.publish()
        both = self._sign(once, "buyer", AdesLevel.LT, None if self.own_file else stamps[1])
        self.documents["contract-unsigned.pdf"] = contract
        self.documents["contract.pdf"] = both
        self.documents["contract-tampered.pdf"] = change_one_octet(both)
        self.documents["contract-shadow-edit.pdf"] = shadow_edit(both)

    def _agency_batch(self) -> None:
        """An agency in AM seals a batch under one authorisation"""
        papers = [
            self._paper(f"AM-{number:04}", "Food Safety Inspectorate", "Agency in KZ") for number in range(BATCH_SIZE)
        ]
        options = SigningOptions(level=AdesLevel.T)
        services = self._services("AM", AdesLevel.T)
        sealed = self.space.signer.sign_many(
            papers, "agency", SignatureFormat.PADES, options, services, granted_by="agency"
        )
        for number, octets in enumerate(sealed):
            self.documents[f"agency-batch/{number:04}.pdf"] = octets

    def _court_filing(self) -> None:
        """A lawyer in RU signs a claim for a court in BY"""
        claim = self._paper("RU-2026/CLAIM-3", "Мария Соколова", "Экономический суд Гомельской области")
        self.documents["court-filing.pdf"] = self._sign(claim, "lawyer", AdesLevel.LT)
        options = SigningOptions(level=AdesLevel.LT)
        services = self._services("RU", AdesLevel.LT)
        detached = self.space.signer.sign(
            claim, "lawyer", SignatureFormat.CADES, options, services, granted_by="lawyer"
        )
        self.documents["court-filing-original.pdf"] = claim
        self.documents["court-filing.p7s"] = detached

    def _before_the_theft(self) -> None:
        """A citizen signs with a time-stamp while the certificate is good"""
        self.documents["revoked-after.pdf"] = self._sign(
            self._paper("KZ-1", "Ерлан Сейтов", "ТОО"), "careless", AdesLevel.T
        )

    def _kyrgyz_invoice(self) -> None:
        """A company in KG signs an invoice"""
        invoice = self._paper("KG-77", "ОсОО «Ала-Тоо Трейд»", "ОАО «Гомельхлебпром»")
        self.documents["suspended-cross-certificate.pdf"] = self._sign(invoice, "trader", AdesLevel.LT)

    def _theft_is_reported(self) -> None:
        """The citizen's key is stolen and the certificate revoked"""
        found = self.space.issued["careless"]
        self.space.ca.revoke(
            found.authority,
            found.serial,
            RevocationReason.KEY_COMPROMISE,
            grounds="reported stolen by the holder",
            actor="ra-officer",
        )

    def _third_country(self) -> None:
        """A company in CN signs; no instrument and no cross-certificate exists"""
        offer = self._paper("CN-9", "Harbin Grain Trading Co.", "ТОО «Алтын Дән Экспорт»")
        self.documents["unrecognised-state.pdf"] = self._sign(offer, "outsider", AdesLevel.LT)

    def _after_the_theft(self) -> None:
        """Whoever has the stolen key signs, with a genuine time-stamp"""
        self.documents["revoked-before.pdf"] = self._sign(
            self._paper("KZ-2", "Ерлан Сейтов", "ТОО"), "careless", AdesLevel.T
        )

    def _late_signature(self) -> None:
        """The seller signs with an algorithm that one forum has banned; an Estonian signs at home"""
        late = self._paper("KZ-BY-2026/052", "ТОО «Алтын Дән Экспорт»", "ОАО «Гомельхлебпром»")
        self.documents["algorithm-banned.pdf"] = self._sign(late, "seller", AdesLevel.T)
        self.documents["european.pdf"] = self._sign(
            self._paper("EE-1", "Kadri Tamm", "OÜ Näide"), "european", AdesLevel.LT
        )

    def _suspension(self) -> None:
        """The hub suspends the cross-certificate for KG"""
        cross = self.space.crosses[HUB, "KG"]
        self.space.ca.suspend(
            root_of(HUB), cross.serial, grounds="audit of the operator is overdue", actor="hub-officer"
        )

    def _enrol(self, key: str, days: int | None = None) -> None:
        self.space.enrol(_person(key), days)

    def _paper(self, number: str, seller: str, buyer: str) -> bytes:
        return write_contract(self.font, number=number, signed_on=self.clock.now().date(), seller=seller, buyer=buyer)

    def _services(self, code: str, level: AdesLevel) -> SigningServices:
        fetcher = self.space.installation.fetcher()
        stamper = TimestampClient(f"{self.base_url}/tsa/{code}", fetcher) if level.has_timestamp else None
        return SigningServices(
            timestamper=stamper, material=MaterialCollector(fetcher=fetcher) if level.has_material else None
        )

    def _sign(self, document: bytes, key: str, level: AdesLevel, stamp: VisibleStamp | None = None) -> bytes:
        code = _person(key).state
        options = SigningOptions(level=level, stamp=stamp)
        return self.space.signer.sign(
            document, key, SignatureFormat.PADES, options, self._services(code, level), granted_by=key
        )


def _person(key: str) -> Person:
    return next(person for person in PERSONS if person.key == key)
