"""Judging signed documents offline, against the raw signature checks each needs and against pyHanko's validator."""

from collections.abc import Callable
from io import BytesIO

from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from ops.service.bench.measure import Figure, rate
from ops.service.bench.sign import SigningBench, contract, signing_bench
from policies.vocabulary import Indication
from signer.model import AdesLevel, SignatureFormat
from validator.gather import AnchorInput, GatherRequest, Source, gather
from validator.judge import judge, judgement_policy

# The signature, the token, two end entities, their issuer once, and the two lists that speak about them.
CHECKS = 7


def validate() -> tuple[Figure, ...]:
    """Documents a second: new ones each time (nothing remembered of the document), and stored Evidence judged again."""
    with signing_bench() as bench:
        raw = raw_checks()
        signed = {level: bench.signature(SignatureFormat.PADES, contract(), level, judged=False)() for level in _LEVELS}
        figures = []
        for level, octets in signed.items():
            figures.append(_against_raw(f"PAdES {level.value}, gather and judge", _whole(bench, octets), raw))
            figures.append(_against_raw(f"PAdES {level.value}, judge stored evidence", _again(bench, octets), raw))
            peer = rate(_pyhanko(bench, octets))
            ours = rate(_whole(bench, octets))
            name = f"PAdES {level.value}, against a peer"
            figures.append(Figure(name=name, rate=ours, reference="pyHanko's validator", reference_rate=peer))
        return tuple(figures)


_LEVELS = (AdesLevel.T, AdesLevel.LT)


def _against_raw(name: str, operation: Callable[[], object], raw: float) -> Figure:
    return Figure(name=name, rate=rate(operation), reference=f"raw, {CHECKS} checks", reference_rate=raw / CHECKS)


def judging_request(bench: SigningBench, octets: bytes) -> GatherRequest:
    """How a document of the benchmark's signer is put to the validator: its root as anchor, its lists beside it."""
    root = AnchorInput(source=Source("root", bench.identity.chain[-1]), territory="KZ")
    crls = tuple(Source("crl", item) for item in bench.material.crls)
    return GatherRequest(document=Source("contract.pdf", octets), anchors=(root,), crls=crls)


def _whole(bench: SigningBench, octets: bytes) -> Callable[[], object]:
    policy = judgement_policy("default")

    def operation() -> None:
        verdict = judge(gather(judging_request(bench, octets)), policy, bench.now())
        if verdict.indication is not Indication.TOTAL_PASSED:
            raise RuntimeError(f"The benchmark's document was judged {verdict.indication}.")

    return operation


def _again(bench: SigningBench, octets: bytes) -> Callable[[], object]:
    evidence, policy, at = gather(judging_request(bench, octets)), judgement_policy("default"), bench.now()
    return lambda: judge(evidence, policy, at)


def _pyhanko(bench: SigningBench, octets: bytes) -> Callable[[], object]:
    issuers = [asn1_x509.Certificate.load(item) for item in bench.identity.chain]

    def operation() -> None:
        context = ValidationContext(
            trust_roots=issuers[-1:],
            other_certs=issuers[:-1],
            crls=list(bench.material.crls),
            revocation_mode="require",
        )
        signature = PdfFileReader(BytesIO(octets)).embedded_regular_signatures[0]
        if not validate_pdf_signature(signature, context).bottom_line:
            raise RuntimeError("The peer does not accept the benchmark's document.")

    return operation


def raw_checks() -> float:
    """Signature checks a second that one core could do: P-256 over as much as a certificate holds."""
    key = ec.generate_private_key(ec.SECP256R1())
    message, scheme = bytes(900), ec.ECDSA(SHA256())
    value, public = key.sign(message, scheme), key.public_key()
    return rate(lambda: public.verify(value, message, scheme))
