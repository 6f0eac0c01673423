"""`trustspace sign`, `trustspace credential`, `trustspace tsa`: what people at a terminal ask of the signer."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Sign documents and answer time-stamp requests.")
credential_app = typer.Typer(no_args_is_help=True, help="Manage signing credentials.")
tsa_app = typer.Typer(no_args_is_help=True, help="Time-stamp authority.")
app.add_typer(credential_app, name="credential")
app.add_typer(tsa_app, name="tsa")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def sign(
    file: Annotated[Path, typer.Argument(help="The document; it is never changed.")],
    credential: Annotated[str, typer.Option(help="Identifier of the credential.")],
    format: Annotated[str, typer.Option(help="pades or cades.")] = "pades",
    level: Annotated[str, typer.Option(help="b, t, lt or lta.")] = "b",
    out: Annotated[Path | None, typer.Option(help="Where to write; beside the document when not given.")] = None,
    tsa: Annotated[str | None, typer.Option(help="Unit of this installation, or http(s) address of another.")] = None,
    reason: Annotated[str | None, typer.Option(help="Reason text (pades).")] = None,
    location: Annotated[str | None, typer.Option(help="Place of signing (pades).")] = None,
    commitment: Annotated[str | None, typer.Option(help="Commitment type, for example proof-of-approval.")] = None,
    field: Annotated[str | None, typer.Option(help="Name of an empty signature field (pades).")] = None,
    visible: Annotated[bool, typer.Option("--visible", help="Draw a card on a page (pades).")] = False,
    page: Annotated[int, typer.Option(min=1, help="Page of the card.")] = 1,
    box: Annotated[str, typer.Option(help="Left, bottom, right, top of the card in points.")] = "36,36,276,106",
    cert: Annotated[list[Path] | None, typer.Option(help="Further issuer certificate (DER or PEM).")] = None,
    crl: Annotated[list[Path] | None, typer.Option(help="CRL to embed (DER or PEM).")] = None,
    ocsp: Annotated[list[Path] | None, typer.Option(help="OCSP response to embed (DER).")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign one document with a credential of this installation."""
    from signer import commands

    options = commands.signing_options(
        format, level, reason=reason, location=location, commitment=commitment, field=field, card=(visible, page, box)
    )
    given = commands.read_material(cert or (), crl or (), ocsp or ())
    _print(commands.sign_file(file, out, credential, format, options, tsa, given), as_json)


@credential_app.command("add")
def credential_add(
    credential: Annotated[str, typer.Argument(help="Identifier of the new credential.")],
    key: Annotated[str, typer.Option(help="Label of its key in the key store.")],
    certificate: Annotated[Path, typer.Option(help="Its certificate (DER or PEM).")],
    owner: Annotated[str, typer.Option(help="For whom it signs.")],
    chain: Annotated[list[Path] | None, typer.Option(help="Issuer certificates, nearest first.")] = None,
    pss: Annotated[bool, typer.Option("--pss", help="Sign with RSASSA-PSS (RSA keys).")] = False,
    as_json: AsJson = False,
) -> None:
    """Register a key of the key store together with its certificate."""
    from signer import commands

    _print(commands.add_credential(credential, key, certificate, owner, chain or (), pss), as_json)


@credential_app.command("issue")
def credential_issue(
    credential: Annotated[str, typer.Argument(help="Identifier of the new credential.")],
    authority: Annotated[str, typer.Option(help="Authority of this installation that certifies the key.")],
    profile: Annotated[str, typer.Option(help="Its certificate profile, for example natural-person.")],
    subject: Annotated[list[str], typer.Option(help="TYPE=TEXT, country first; repeat.")],
    owner: Annotated[str, typer.Option(help="For whom it signs.")],
    algorithm: Annotated[str, typer.Option(help="Kind of key.")] = "ec-p256",
    as_json: AsJson = False,
) -> None:
    """Make a key, have it certified, and register both."""
    from signer import commands

    _print(commands.issue_credential(credential, authority, profile, subject, owner, algorithm), as_json)


@credential_app.command("list")
def credential_list(as_json: AsJson = False) -> None:
    """List all credentials."""
    from signer import commands

    _print({"credentials": commands.list_credentials()}, as_json)


@credential_app.command("disable")
def credential_disable(
    credential: Annotated[str, typer.Argument(help="Identifier.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: AsJson = False,
) -> None:
    """Stop a credential for good."""
    from signer import commands

    _print(commands.disable_credential(credential, reason), as_json)


@tsa_app.command("init")
def tsa_init(
    unit: Annotated[str, typer.Argument(help="Name of the new unit; never used twice.")],
    key: Annotated[str, typer.Option(help="Label of its key in the key store; used for nothing else.")],
    certificate: Annotated[Path, typer.Option(help="Its certificate (DER or PEM).")],
    policy: Annotated[str, typer.Option(help="Time-stamp policy (object identifier).")],
    chain: Annotated[list[Path] | None, typer.Option(help="Issuer certificates, nearest first.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Further policy that requests may name.")] = None,
    accuracy: Annotated[int, typer.Option(min=1, max=1000, help="Accuracy in milliseconds.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Register a time-stamping unit."""
    from signer import commands

    _print(commands.add_unit(unit, key, certificate, chain or (), policy, also or (), accuracy), as_json)


@tsa_app.command("issue")
def tsa_issue(
    unit: Annotated[str, typer.Argument(help="Name of the new unit; never used twice.")],
    authority: Annotated[str, typer.Option(help="Authority of this installation that certifies the key.")],
    subject: Annotated[list[str], typer.Option(help="TYPE=TEXT, country first; repeat.")],
    policy: Annotated[str, typer.Option(help="Time-stamp policy (object identifier).")],
    also: Annotated[list[str] | None, typer.Option(help="Further policy that requests may name.")] = None,
    accuracy: Annotated[int, typer.Option(min=1, max=1000, help="Accuracy in milliseconds.")] = 500,
    algorithm: Annotated[str, typer.Option(help="Kind of key.")] = "ec-p256",
    as_json: AsJson = False,
) -> None:
    """Make a key, have it certified for time-stamping, and register both as a unit."""
    from signer import commands

    _print(commands.issue_unit(unit, authority, subject, (policy, *(also or ())), accuracy, algorithm), as_json)


@tsa_app.command("list")
def tsa_list(as_json: AsJson = False) -> None:
    """List the time-stamping units."""
    from signer import commands

    _print({"units": commands.list_units()}, as_json)


@tsa_app.command("stamp")
def tsa_stamp(
    file: Annotated[Path, typer.Argument(help="The document.")],
    tsa: Annotated[str | None, typer.Option(help="Unit of this installation, or http(s) address of another.")] = None,
    digest: Annotated[
        str, typer.Option(help="sha256, sha384, sha512, or a national one such as streebog256, belt, sm3.")
    ] = "sha256",
    out: Annotated[Path | None, typer.Option(help="Where to write; FILE.tst when not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Obtain and check a time-stamp token over a file."""
    from signer import commands

    _print(commands.stamp_file(file, out, tsa, digest), as_json)


@tsa_app.command("reply")
def tsa_reply(
    query: Annotated[Path, typer.Argument(help="A TimeStampReq (.tsq).")],
    unit: Annotated[str, typer.Option(help="Unit of this installation.")],
    out: Annotated[Path, typer.Option(help="Where to write the TimeStampResp (.tsr).")],
    as_json: AsJson = False,
) -> None:
    """Answer one time-stamp request from a file."""
    from signer import commands

    _print(commands.reply_to_query(query, unit, out), as_json)


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False))
        return
    for name, value in result.items():
        if isinstance(value, list):
            for item in value:
                typer.echo("  ".join(str(part) for part in item.values()) if isinstance(item, dict) else str(item))
        else:
            typer.echo(f"{name}: {value}")
