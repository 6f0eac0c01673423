"""`trustspace ca`: what an operator asks of the certificate authorities. The work is in `ca.commands`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Certificate authorities: issue, cross-certify, revoke, publish.")
authority_app = typer.Typer(no_args_is_help=True, help="Create, list and end authorities.")
approver_app = typer.Typer(no_args_is_help=True, help="Who may approve certificates.")
app.add_typer(authority_app, name="authority")
app.add_typer(approver_app, name="approver")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Name = Annotated[list[str], typer.Option("--name", help="Part of the subject name as TYPE=TEXT, country first.")]
Out = Annotated[Path | None, typer.Option(help="File to write to.")]
Grounds = Annotated[str, typer.Option(help="Legal or factual basis, in words.")]
Actor = Annotated[str | None, typer.Option(help="Who does it; the system user when not given.")]
Serial = Annotated[str, typer.Argument(help="Serial number, hexadecimal.")]
KIND_OF_KEY = "Kind of key: ec-p256, rsa-3072, ml-dsa-65, gost-2012-512-a, gost-kz-2015-512, tumar-kg, bign-256, sm2 …"
Policy = Annotated[list[str] | None, typer.Option(help="Policy OID; repeatable.")]


def _show(result: Any, as_json: bool) -> None:
    from ca.plain import show

    show(result, as_json)


@app.command()
def init(as_json: AsJson = False) -> None:
    """Open the installation, void what a stopped process left, and say what is there."""
    from ca import commands

    _show(commands.init(), as_json)


@app.command()
def profiles(as_json: AsJson = False) -> None:
    """List the profiles under which certificates are issued."""
    from ca import commands

    _show(commands.profiles(), as_json)


@authority_app.command("create")
def authority_create(
    authority: Annotated[str, typer.Argument(help="Short name: small letters, digits, hyphens.")],
    jurisdiction: Annotated[str, typer.Option(help="Code of the state or union.")],
    name: Name,
    kind: Annotated[str, typer.Option(help="root, issuing, hub or ttp.")] = "root",
    parent: Annotated[str | None, typer.Option(help="Authority above; none for a root.")] = None,
    key_algorithm: Annotated[str, typer.Option("--key-algorithm", "--key", help=f"{KIND_OF_KEY}.")] = "ec-p256",
    profile: Annotated[str | None, typer.Option(help="Profile, when not the usual one of the kind.")] = None,
    policy: Policy = None,
    predecessor: Annotated[str | None, typer.Option(help="Authority whose key this one replaces.")] = None,
    actor: Actor = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Create an authority with its key and certificate."""
    from ca import commands

    options = {"kind": kind, "parent": parent, "key_algorithm": key_algorithm, "profile": profile}
    more = {"policies": tuple(policy or ()), "predecessor": predecessor}
    _show(commands.authority_create(authority, jurisdiction, name, {**options, **more}, actor, out), as_json)


@authority_app.command("revoke")
def authority_revoke(
    authority: Annotated[str, typer.Argument(help="The authority to end.")],
    reason: Annotated[str, typer.Option(help="For example caCompromise, cessationOfOperation.")],
    grounds: Grounds,
    actor: Actor = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Do it; without, only what it would end is shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what revoking an authority ends; with --confirm, revoke it."""
    from ca import commands

    _show(commands.authority_revoke(authority, reason, grounds, actor, confirm), as_json)


@app.command("list")
def list_(
    authority: Annotated[str | None, typer.Argument(help="Authority whose certificates to list.")] = None,
    as_json: AsJson = False,
) -> None:
    """List all authorities, or the certificates of one."""
    from ca import commands

    _show(commands.listing(authority), as_json)


@app.command()
def show(
    authority: Annotated[str, typer.Argument(help="Authority, or the issuer of the serial.")],
    serial: Annotated[str | None, typer.Argument(help="Serial number, hexadecimal.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an authority, or one certificate with its status and history."""
    from ca import commands

    _show(commands.details(authority, serial), as_json)


@app.command()
def issue(
    authority: Annotated[str, typer.Argument(help="Issuing authority.")],
    profile: Annotated[str, typer.Argument(help="Profile of the certificate.")],
    name: Name,
    csr: Annotated[Path | None, typer.Option(help="PKCS #10 request (DER or PEM).")] = None,
    key: Annotated[str | None, typer.Option(help="Label of a key in the key store, instead of a request.")] = None,
    policy: Policy = None,
    not_after: Annotated[datetime | None, typer.Option(help="Last moment of validity, UTC.")] = None,
    actor: Actor = None,
    prepare: Annotated[bool, typer.Option("--prepare", help="Stop before issuing, for approvals.")] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Issue a certificate for a request or a stored key."""
    from ca import commands

    made = commands.request(authority, profile, name, csr, key, policy, not_after, actor)
    _show(commands.issue(made, prepare, out), as_json)


@app.command()
def cross(
    issuer: Annotated[str, typer.Argument(help="Issuing authority.")],
    instrument: Annotated[str, typer.Option(help="Legal instrument that the edge implements.")],
    policy: Annotated[list[str], typer.Option(help="Our policy OID; repeatable.")],
    permit: Annotated[list[str], typer.Option(help="Country whose names are permitted; repeatable.")],
    subject: Annotated[str | None, typer.Option(help="Authority of this installation.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Self-signed certificate of a foreign CA.")] = None,
    map_policy: Annotated[list[str] | None, typer.Option("--map", help="OURS=THEIRS; repeatable.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Country whose names are excluded.")] = None,
    path_length: Annotated[int | None, typer.Option(min=0, help="CA certificates that may follow.")] = None,
    inhibit_mapping: Annotated[int | None, typer.Option(min=0, help="Certificates until mapping ends.")] = None,
    not_after: Annotated[datetime | None, typer.Option(help="Last moment of validity, UTC.")] = None,
    actor: Actor = None,
    out: Annotated[Path | None, typer.Option(help="File for the bytes to approve.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prepare a cross-certificate; it waits for its approvals."""
    from ca import commands

    terms = commands.cross_terms(
        instrument, policy, map_policy or [], permit, exclude or [], path_length, inhibit_mapping
    )
    _show(commands.cross(issuer, subject, certificate, terms, not_after, actor, out), as_json)


@app.command()
def link(
    old: Annotated[str, typer.Argument(help="Root whose key is replaced.")],
    new: Annotated[str, typer.Argument(help="Its successor.")],
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Issue both link certificates of a root rollover."""
    from ca import commands

    _show(commands.link(old, new, actor), as_json)


@approver_app.command("add")
def approver_add(
    approver: Annotated[str, typer.Argument(help="Name of the person.")],
    public_key: Annotated[Path, typer.Option(help="Their public key (SubjectPublicKeyInfo, DER or PEM).")],
    as_json: AsJson = False,
) -> None:
    """Let somebody approve."""
    from ca import commands

    _show(commands.approver_add(approver, public_key), as_json)


@approver_app.command("retire")
def approver_retire(
    approver: Annotated[str, typer.Argument(help="Name of the person.")], as_json: AsJson = False
) -> None:
    """Let somebody approve no more."""
    from ca import commands

    _show(commands.approver_retire(approver), as_json)


@app.command()
def approve(
    prepared: Annotated[int, typer.Argument(help="Number of the prepared certificate.")],
    approver: Annotated[str, typer.Argument(help="Who approves.")],
    signature: Annotated[Path, typer.Option(help="Signature over the prepared bytes, by the approver's key.")],
    as_json: AsJson = False,
) -> None:
    """Record an approval."""
    from ca import commands

    _show(commands.approve(prepared, approver, signature), as_json)


@app.command()
def finish(
    prepared: Annotated[int, typer.Argument(help="Number of the prepared certificate.")],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Issue what was prepared and approved."""
    from ca import commands

    _show(commands.finish(prepared, out), as_json)


@app.command()
def discard(
    prepared: Annotated[int, typer.Argument(help="Number of the prepared certificate.")],
    grounds: Grounds,
    as_json: AsJson = False,
) -> None:
    """Give up what was prepared."""
    from ca import commands

    _show(commands.discard(prepared, grounds), as_json)


@app.command()
def revoke(
    issuer: Annotated[str, typer.Argument(help="Issuing authority.")],
    serial: Serial,
    reason: Annotated[str, typer.Option(help="For example keyCompromise, superseded.")],
    grounds: Grounds,
    invalidity: Annotated[datetime | None, typer.Option(help="When the key is believed lost, UTC.")] = None,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Revoke one certificate for good."""
    from ca import commands

    _show(commands.revoke(issuer, serial, reason, grounds, invalidity, actor), as_json)


@app.command()
def suspend(
    issuer: Annotated[str, typer.Argument(help="Issuing authority.")],
    serial: Serial,
    grounds: Grounds,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Suspend one certificate."""
    from ca import commands

    _show(commands.suspend(issuer, serial, grounds, actor), as_json)


@app.command()
def release(
    issuer: Annotated[str, typer.Argument(help="Issuing authority.")],
    serial: Serial,
    grounds: Grounds,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """End a suspension."""
    from ca import commands

    _show(commands.release(issuer, serial, grounds, actor), as_json)


@app.command("block-key")
def block_key(
    spki_hash: Annotated[str, typer.Argument(help="SHA-256 of the SubjectPublicKeyInfo, hexadecimal.")],
    grounds: Grounds,
    actor: Actor = None,
    as_json: AsJson = False,
) -> None:
    """Never certify a key again, and revoke the certificates that hold it."""
    from ca import commands

    _show(commands.block_key(spki_hash, grounds, actor), as_json)


@app.command()
def responder(
    authority: Annotated[str, typer.Argument(help="Authority for which it answers.")],
    key_algorithm: Annotated[
        str | None, typer.Option("--key-algorithm", "--key", help=f"{KIND_OF_KEY}; else one like the authority's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a delegated OCSP responder."""
    from ca import commands

    _show(commands.responder(authority, key_algorithm), as_json)


@app.command()
def crl(
    authority: Annotated[str | None, typer.Argument(help="Authority; every one that is due when not given.")] = None,
    out: Out = None,
    above: Annotated[int, typer.Option(min=0, help="After a restore: number of the last published list.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Sign a new revocation list, or renew whatever is due."""
    from ca import commands

    _show(commands.crl(authority, out, above), as_json)


@app.command()
def export(
    authority: Annotated[str, typer.Argument(help="Authority whose public files to write.")],
    out: Annotated[Path, typer.Option(help="Directory to write to.")],
    as_json: AsJson = False,
) -> None:
    """Write an authority's certificate, bundle and list to a directory."""
    from ca import commands

    _show(commands.export(authority, out), as_json)
