"""What the signer's commands do: options and files in, plain values out. The terminal is `signer.cli`'s business."""

from collections.abc import Iterable, Sequence
from getpass import getuser
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import load_der_ocsp_response

from ca.plain import name_of
from ca.service import CertificateAuthority
from ops.platform import der
from ops.platform.installation import Installation, opened
from ops.platform.keys import KeyAlgorithm
from ops.platform.settings import load_settings
from signer import files
from signer.cms import COMMITMENTS
from signer.credentials import Credential
from signer.enrolment import Enrolment
from signer.errors import DocumentRefusedError, FormatNotYetError, SignerError, TsaUnitUnknownError
from signer.material import MaterialCollector
from signer.model import (
    AdesLevel,
    Material,
    SignatureFormat,
    SigningOptions,
    SigningServices,
    Timestamper,
    VisibleStamp,
)
from signer.schemes import digest_of
from signer.service import SigningService
from signer.tsa.client import TimestampClient
from signer.tsa.service import TimestampUnits
from signer.tsa.token import read_token
from signer.tsa.unit import UnitPolicy

_LATER = ("xades", "jades", "asic-e", "asic-s")


class UsageError(SignerError):
    """An option has a value that it cannot have."""

    code = "TS-SIGN-USAGE"
    exit_status = 2
    next_step = "Run the command with --help."


def chosen_format(word: str) -> SignatureFormat:
    """The format for its word; FormatNotYetError for one that is planned, UsageError for no format at all."""
    if word in _LATER:
        raise FormatNotYetError(f"Signatures in the format {word} are not written yet.")
    if word not in tuple(SignatureFormat):
        raise UsageError(f"There is no signature format {word}.")
    return SignatureFormat(word)


def signing_options(
    format: str,
    level: str,
    *,
    reason: str | None,
    location: str | None,
    commitment: str | None,
    field: str | None,
    card: tuple[bool, int, str],
) -> SigningOptions:
    """The options from their words; `card` is whether one is wanted, its page from 1, and its box."""
    chosen_format(format)
    if level not in tuple(AdesLevel):
        raise UsageError(f"There is no level {level}; choose b, t, lt or lta.")
    if commitment is not None and commitment not in COMMITMENTS:
        raise UsageError(f"There is no commitment type {commitment}; choose one of {', '.join(COMMITMENTS)}.")
    visible, page, box = card
    stamp = VisibleStamp(page=page - 1, box=_box(box)) if visible else None
    return SigningOptions(
        level=AdesLevel(level), reason=reason, location=location, commitment=commitment, field=field, stamp=stamp
    )


def _box(text: str) -> tuple[int, int, int, int]:
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        raise UsageError("The box needs four whole numbers: left, bottom, right, top.")
    left, bottom, right, top = (int(part) for part in parts)
    if right - left < 20 or top - bottom < 10 or max(right, top) > 20_000:
        raise UsageError("The box is too small or lies outside every page.")
    return left, bottom, right, top


def sign_file(
    source: Path,
    out: Path | None,
    credential: str,
    format: str,
    options: SigningOptions,
    tsa: str | None,
    given: Material,
) -> dict[str, Any]:
    """Sign one file of the disk."""
    chosen = chosen_format(format)
    target = out or files.default_output(source, chosen)
    document = files.read_document(source, chosen)
    files.check_output(source, target)
    with opened(load_settings()) as installation:
        signer = SigningService(installation.database, installation.keys, installation.audit, installation.clock)
        services = SigningServices(
            timestamper=_timestamper(installation, tsa) if options.level.has_timestamp else None,
            material=MaterialCollector(given=given, fetcher=installation.fetcher()),
        )
        who = f"command line of {getuser()}"
        signed = signer.sign(document, credential, chosen, options, services, granted_by=who)
    files.write_atomically(target, signed)
    return {
        "signed": str(target),
        "credential": credential,
        "format": str(chosen),
        "level": str(options.level),
        "documentSha256": digest_of("sha256", document).hex(),
        "signedSha256": digest_of("sha256", signed).hex(),
    }


def _timestamper(installation: Installation, tsa: str | None) -> Timestamper:
    """A unit of this installation by name (the only one when none is named), or a client of another's."""
    if tsa is not None and tsa.startswith(("http://", "https://")):
        return TimestampClient(tsa, installation.fetcher())
    units = _units(installation)
    names = units.names()
    if tsa is None and len(names) != 1:
        known = ", ".join(names) or "none"
        raise TsaUnitUnknownError(f"It is not clear which time-stamp authority is meant; units here: {known}.")
    return units.open(tsa or names[0])


def _units(installation: Installation) -> TimestampUnits:
    return TimestampUnits(installation.database, installation.keys, installation.audit, installation.clock)


def _credentials(installation: Installation) -> SigningService:
    return SigningService(installation.database, installation.keys, installation.audit, installation.clock)


def add_credential(
    credential: str, key: str, certificate: Path, owner: str, chain: Sequence[Path], pss: bool
) -> dict[str, Any]:
    """Register a credential."""
    (encoded,) = read_certificates((certificate,))[:1]
    issuers = read_certificates(chain)
    with opened(load_settings()) as installation:
        store = _credentials(installation).credentials
        added = store.add(credential, owner=owner, key_label=key, certificate=encoded, chain=issuers, pss=pss)
    return _shown(added)


def issue_credential(
    credential: str, authority: str, profile: str, subject: Sequence[str], owner: str, algorithm: str
) -> dict[str, Any]:
    """Make, certify and register a credential."""
    kind, name = _key_algorithm(algorithm), _subject(subject)
    with opened(load_settings()) as installation:
        store = _credentials(installation).credentials
        made = _enrolment(installation).credential(
            store, credential, owner=owner, authority=authority, profile=profile, subject=name, algorithm=kind
        )
    return _shown(made)


def _enrolment(installation: Installation) -> Enrolment:
    return Enrolment(CertificateAuthority.of(installation), installation.keys)


def _subject(parts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not all("=" in part for part in parts):
        raise UsageError("A subject is given as TYPE=TEXT, for example commonName=Aigul.")
    return name_of(parts)


def _key_algorithm(word: str) -> KeyAlgorithm:
    if word not in tuple(KeyAlgorithm):
        raise UsageError(f"There is no kind of key {word}; choose one of {', '.join(KeyAlgorithm)}.")
    return KeyAlgorithm(word)


def list_credentials() -> list[dict[str, Any]]:
    """All credentials."""
    with opened(load_settings()) as installation:
        return [_shown(item) for item in _credentials(installation).credentials.all()]


def disable_credential(credential: str, reason: str) -> dict[str, Any]:
    """Stop a credential."""
    with opened(load_settings()) as installation:
        return _shown(_credentials(installation).credentials.disable(credential, reason))


def _shown(credential: Credential) -> dict[str, Any]:
    facts = credential.identity.facts
    return {
        "credential": credential.id,
        "owner": credential.owner,
        "subject": facts.parsed.subject.rfc4514_string(),
        "notAfter": facts.not_after.isoformat(),
        "status": credential.status,
    }


def add_unit(
    unit: str, key: str, certificate: Path, chain: Sequence[Path], policy: str, also: Sequence[str], accuracy: int
) -> dict[str, Any]:
    """Register a time-stamping unit."""
    (encoded,) = read_certificates((certificate,))[:1]
    issuers = read_certificates(chain)
    promise = _promise(policy, also, accuracy)
    with opened(load_settings()) as installation:
        _units(installation).add(unit, key_label=key, certificate=encoded, chain=issuers, policy=promise)
    return {"unit": unit, "policy": policy, "accuracyMilliseconds": accuracy}


def issue_unit(
    unit: str, authority: str, subject: Sequence[str], policies: Sequence[str], accuracy: int, algorithm: str
) -> dict[str, Any]:
    """Make, certify and register a time-stamping unit."""
    kind, name = _key_algorithm(algorithm), _subject(subject)
    promise = _promise(policies[0], policies[1:], accuracy)
    with opened(load_settings()) as installation:
        enrolment = _enrolment(installation)
        enrolment.unit(_units(installation), unit, authority=authority, subject=name, policy=promise, algorithm=kind)
    return {"unit": unit, "policy": promise.policy, "accuracyMilliseconds": accuracy}


def _promise(policy: str, also: Sequence[str], accuracy: int) -> UnitPolicy:
    try:
        for dotted in (policy, *also):
            der.oid(dotted)
    except ValueError as error:
        raise UsageError("A policy is an object identifier such as 1.3.6.1.4.1.32473.1.") from error
    return UnitPolicy(policy, tuple(also), accuracy)


def list_units() -> list[str]:
    """The units' names."""
    with opened(load_settings()) as installation:
        return list(_units(installation).names())


def stamp_file(source: Path, out: Path | None, tsa: str | None, digest: str) -> dict[str, Any]:
    """A token over a file, written beside it."""
    target = out or source.with_name(f"{source.name}.tst")
    imprint = digest_of(digest, files.read_document(source, SignatureFormat.CADES))
    files.check_output(source, target)
    with opened(load_settings()) as installation:
        token = _timestamper(installation, tsa).stamp(imprint, digest)
    files.write_atomically(target, token)
    found = read_token(token)
    return {"token": str(target), "genTime": found.gen_time.isoformat(), "serialNumber": f"{found.serial:x}"}


def reply_to_query(query: Path, unit: str, out: Path) -> dict[str, Any]:
    """Answer one request."""
    request = files.read_document(query, SignatureFormat.CADES)
    files.check_output(query, out)
    with opened(load_settings()) as installation:
        authority = _units(installation).open(unit)
        reply = authority.respond(request)
    files.write_atomically(out, reply)
    return {"reply": str(out), "outcome": next(iter(authority.counts))}


def read_material(certificates: Iterable[Path], crls: Iterable[Path], ocsps: Iterable[Path]) -> Material:
    """Material given by hand."""
    return Material(
        read_certificates(certificates),
        tuple(_read_crl(path) for path in crls),
        tuple(_read_ocsp(path) for path in ocsps),
    )


def read_certificates(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Certificates from DER or PEM files (a PEM file may hold several); DocumentRefusedError for anything else."""
    found: list[bytes] = []
    for path in paths:
        octets = _read(path)
        try:
            if octets.lstrip().startswith(b"-----BEGIN"):
                loaded = x509.load_pem_x509_certificates(octets)
                found.extend(item.public_bytes(Encoding.DER) for item in loaded)
            else:
                x509.load_der_x509_certificate(octets)
                found.append(octets)
        except ValueError as error:
            raise DocumentRefusedError(f"The file {path.name} holds no certificate.") from error
    return tuple(found)


def _read_crl(path: Path) -> bytes:
    octets = _read(path)
    try:
        if octets.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(octets).public_bytes(Encoding.DER)
        x509.load_der_x509_crl(octets)
    except ValueError as error:
        raise DocumentRefusedError(f"The file {path.name} holds no CRL.") from error
    return octets


def _read_ocsp(path: Path) -> bytes:
    octets = _read(path)
    try:
        load_der_ocsp_response(octets)
    except ValueError as error:
        raise DocumentRefusedError(f"The file {path.name} holds no OCSP response.") from error
    return octets


def _read(path: Path) -> bytes:
    return files.read_document(path, SignatureFormat.CADES)
