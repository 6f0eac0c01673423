"""Signing and time-stamping, against the raw rate of the one signature that each of them needs.

PAdES B-B and CAdES-B are measured without and with the validator's judgement of each result, because the service hands
nothing out unjudged; time-stamps with their serial numbers from the database and their key in the software store.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from ca.identity import legal_person
from ca.service import CertificateAuthority
from ca.values import CertificateRequest, StoredKey
from ops.platform.installation import Installation
from ops.platform.keys import KeyAlgorithm
from ops.service.bench.installation import ISSUING, ROOT, bench_installation
from ops.service.bench.measure import Figure, rate
from signer import flow
from signer.holder import store_signer
from signer.material import MaterialCollector
from signer.model import AdesLevel, Material, SignatureFormat, SigningIdentity, SigningOptions, SigningServices
from signer.selfcheck import SelfValidation
from signer.tsa.authority import TimestampAuthority
from signer.tsa.request import message_imprint, write_request
from signer.tsa.service import TimestampUnits
from signer.tsa.unit import UnitPolicy

_REFERENCE = "raw P-256 signatures"
_POLICY = UnitPolicy("1.3.6.1.4.1.32473.1.4.999")
_TEN_KIB = bytes(range(256)) * 40


@dataclass(frozen=True, slots=True)
class SigningBench:
    """A signer, a time-stamping unit, their revocation material, and the raw rate of the signer's key behind the same
    key store. `another` makes a further signer of a label, with a key of its own."""

    identity: SigningIdentity
    holder: Callable[[bytes], bytes]
    authority: TimestampAuthority
    now: Callable[[], datetime]
    judge: SelfValidation
    material: Material
    raw: float
    another: Callable[[str], "SigningBench"]

    def figure(self, name: str, operation: Callable[[], object], **detail: float) -> Figure:
        found = rate(operation)
        return Figure(name=name, rate=found, reference=_REFERENCE, reference_rate=self.raw, detail=detail)

    def signature(
        self, format: SignatureFormat, document: bytes, level: AdesLevel, *, judged: bool
    ) -> Callable[[], bytes]:
        collector = MaterialCollector(given=self.material) if level.has_material else None
        judge = self.judge if judged else None
        services = SigningServices(timestamper=self.authority, material=collector, judge=judge)
        options = SigningOptions(level=level)

        def operation() -> bytes:
            return flow.sign(format, document, self.identity, options, services, self.holder, self.now)

        return operation


def sign() -> tuple[Figure, ...]:
    """PAdES and CAdES signatures and time-stamps a second, and the raw signatures of the same run."""
    pdf = contract()
    with signing_bench() as bench:
        figures = [
            bench.figure(
                f"{format.value} {level.value}{', judged' if judged else ''}", operation, octets=len(operation())
            )
            for format, document in ((SignatureFormat.PADES, pdf), (SignatureFormat.CADES, _TEN_KIB))
            for level in (AdesLevel.B, AdesLevel.T)
            for judged in (False, True)
            for operation in (bench.signature(format, document, level, judged=judged),)
        ]
        request = write_request(message_imprint("sha256", sha256(pdf).digest()), nonce=2**63)
        stamp = bench.figure("time-stamp", lambda: bench.authority.respond(request))
        return (*figures, stamp)


@contextmanager
def signing_bench() -> Iterator[SigningBench]:
    """A hierarchy with a signer and a time-stamping unit on a throw-away installation."""
    with bench_installation() as (installation, authority):
        identity = _certified(installation, authority, "signer", "legal-person")
        unit = _certified(installation, authority, "tsu", "tsa")
        units = TimestampUnits(installation.database, installation.keys, installation.audit, installation.clock)
        units.add("bench", key_label="tsu", certificate=unit.certificate, chain=unit.chain, policy=_POLICY)
        holder = store_signer(installation.keys, "signer", identity.scheme)
        message = bytes(900)

        def another(label: str) -> SigningBench:
            other = _certified(installation, authority, label, "legal-person")
            return replace(bench, identity=other, holder=store_signer(installation.keys, label, other.scheme))

        bench = SigningBench(
            identity=identity,
            holder=holder,
            authority=units.open("bench"),
            now=installation.clock.now,
            judge=SelfValidation(installation.clock),
            material=Material(crls=tuple(authority.publish_crl(name).der for name in (ROOT, ISSUING))),
            raw=rate(lambda: holder(message)),
            another=another,
        )
        yield bench


def _certified(
    installation: Installation, authority: CertificateAuthority, label: str, profile: str
) -> SigningIdentity:
    installation.keys.generate(label, KeyAlgorithm.EC_P256)
    subject = legal_person("KZ", organization="Benchmark LLP", identifier="NTRKZ-2", common_name=f"Benchmark {label}")
    issued = authority.issue_now(CertificateRequest(ISSUING, profile, subject, StoredKey(label)))
    issuers = (authority.authority(name).certificate for name in (ISSUING, ROOT))
    return SigningIdentity(issued.der, tuple(item for item in issuers if item is not None))


def contract() -> bytes:
    """Two pages of text, about 14 KiB."""
    output = BytesIO()
    canvas = Canvas(output, invariant=True, pageCompression=0)
    for page in range(2):
        for line in range(60):
            canvas.drawString(
                60, 780 - 12 * line, f"{page + 1}.{line + 1}  The seller delivers and the buyer accepts the goods."
            )
        canvas.showPage()
    canvas.save()
    return output.getvalue()
