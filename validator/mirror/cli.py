"""`trustspace mirror`: which services are watched, how old their information is, and asking them now."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from validator.mirror.service import StatusMirror
    from validator.mirror.values import SourceStatus
    from validator.path.certificate import Certificate

app = typer.Typer(name="mirror", no_args_is_help=True, help="Status mirror of foreign CRLs and OCSP responders.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
CertificateFile = Annotated[Path, typer.Argument(help="Certificate, DER or PEM.")]
Issuers = Annotated[
    list[Path], typer.Option("--issuer", help="Certificate of the issuer; repeat for each of its keys.")
]


@app.command()
def watch(certificate: CertificateFile, issuer: Issuers, label: str = "", as_json: Json = False) -> None:
    """Watch every list and responder that CERTIFICATE names for its own status."""
    with _mirror() as mirror:
        numbers = mirror.watch_certificate(_read(certificate), [_read(path) for path in issuer], label=label)
    if as_json:
        typer.echo(json.dumps({"sources": list(numbers)}))
    else:
        typer.echo("Watching: " + (", ".join(map(str, numbers)) or "nothing, for the certificate names no address."))
    raise typer.Exit(0 if numbers else 1)


@app.command(name="watch-crl")
def watch_crl(
    url: Annotated[str, typer.Argument(help="http or https address of the list.")],
    issuer: Issuers,
    label: str = "",
    minutes: Annotated[int, typer.Option(help="How often to ask.", min=1)] = 60,
    as_json: Json = False,
) -> None:
    """Watch one revocation list."""
    with _mirror() as mirror:
        issuers = [_read(path) for path in issuer]
        number = mirror.watch_crl(url, issuers, label=label, interval=timedelta(minutes=minutes))
    typer.echo(json.dumps({"sources": [number]}) if as_json else f"Watching: {number}")


@app.command()
def unwatch(source: Annotated[int, typer.Argument(help="Number of the source.")]) -> None:
    """Ask a source no more; what it gave stays."""
    with _mirror() as mirror:
        mirror.unwatch(source)
    typer.echo(f"Source {source} is asked no more.")


@app.command(name="list")
def list_sources(as_json: Json = False) -> None:
    """Every source with the age of its information. Exit status 1 when something watched is stale."""
    with _mirror() as mirror:
        sources = mirror.sources()
    if as_json:
        typer.echo(json.dumps([source.as_dict() for source in sources], ensure_ascii=False))
    for source in () if as_json else sources:
        typer.echo(_line(source))
    raise typer.Exit(1 if any(source.active and source.stale for source in sources) else 0)


@app.command()
def collect(
    source: Annotated[int | None, typer.Option(help="Number of one source; else all that are due.")] = None,
    as_json: Json = False,
) -> None:
    """Ask now. Exit status 1 when something failed."""
    with _mirror() as mirror:
        if source is None:
            report = mirror.collect_due()
            found = {"renewed": report.renewed, "unchanged": report.unchanged, "failed": report.failed}
        else:
            found = {"failed": int(mirror.collect(source).error_code is not None)}
    typer.echo(json.dumps(found) if as_json else ", ".join(f"{name} {count}" for name, count in found.items()))
    raise typer.Exit(1 if found["failed"] else 0)


def _line(source: "SourceStatus") -> str:
    age = "never" if source.age is None else f"{source.age.total_seconds() / 3600:.1f} h old"
    state = "off" if not source.active else "stale" if source.stale else "fresh"
    problem = f"  {source.error_code}: {source.error_sentence}" if source.error_code else ""
    return f"{source.id:>5}  {source.kind:4}  {state:5}  {age:>12}  {source.label}  {source.url}{problem}"


@contextmanager
def _mirror() -> Iterator["StatusMirror"]:
    from ops.platform.clock import SystemClock
    from ops.platform.fetch import Fetcher, FetchLimits
    from ops.platform.settings import load_settings
    from validator.mirror.service import StatusMirror

    settings, clock = load_settings(), SystemClock()
    limits = FetchLimits(
        max_bytes=settings.fetch_max_bytes,
        max_header_bytes=settings.fetch_max_header_bytes,
        total_time=timedelta(seconds=settings.fetch_seconds),
        max_redirects=settings.fetch_max_redirects,
    )
    fetcher = Fetcher(clock, allow_private_addresses=settings.allow_private_addresses, limits=limits)
    database = settings.open_database()
    try:
        yield StatusMirror(database, fetcher, clock)
    finally:
        database.close()


def _read(path: Path) -> "Certificate":
    from base64 import b64decode
    from binascii import Error

    from validator.errors import TrustMaterialError
    from validator.path.certificate import Certificate, parse_certificate

    try:
        octets = path.read_bytes()
        if octets.lstrip().startswith(b"-----BEGIN"):
            octets = b64decode(b"".join(octets.split(b"-----")[2].split()), validate=True)
    except (OSError, Error, IndexError) as error:
        raise TrustMaterialError(f"The certificate {path.name} cannot be read.") from error
    parsed = parse_certificate(octets)
    if not isinstance(parsed, Certificate):
        raise TrustMaterialError(f"The certificate {path.name} cannot be read.")
    return parsed
