"""`trustspace path`: certification paths on the command line, one by one, in batches, or with every candidate shown."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from validator.path.types import PathOutcome


class _DefaultCommand(TyperGroup):
    """A group whose command `check` need not be written."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args.insert(0, "check")
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_DefaultCommand, help="Build and validate certification paths.", no_args_is_help=False)

_Leaf = Annotated[Path | None, typer.Argument(help="The certificate asked about, DER or PEM.")]
_Anchors = Annotated[list[str] | None, typer.Option("--anchor", help="A trust anchor; may be repeated.")]
_Pool = Annotated[list[str] | None, typer.Option("--cert", help="A certificate that may be used on the path.")]
_Crls = Annotated[list[str] | None, typer.Option("--crl", help="A CRL.")]
_Ocsps = Annotated[list[str] | None, typer.Option("--ocsp", help="An OCSP response.")]
_At = Annotated[str | None, typer.Option("--at", help="The time asked about, ISO 8601; now when missing.")]
_Policies = Annotated[list[str] | None, typer.Option("--policy", help="An acceptable certificate policy (OID).")]
_Explicit = Annotated[bool, typer.Option("--require-explicit-policy", help="A policy must be valid for the path.")]
_Revocation = Annotated[str, typer.Option("--revocation", help="require, if-declared or none.")]
_Profile = Annotated[str, typer.Option("--profile", help="rfc5280 or a jurisdiction whose leniencies are granted.")]
_Legacy = Annotated[bool, typer.Option("--legacy-algorithms", help="Admit SHA-1 and 1024-bit keys.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]


@app.command()
def check(
    leaf: _Leaf = None,
    batch: Annotated[str | None, typer.Option("--batch", help="Questions as JSON lines; - is standard input.")] = None,
    anchor: _Anchors = None,
    cert: _Pool = None,
    crl: _Crls = None,
    ocsp: _Ocsps = None,
    at: _At = None,
    policy: _Policies = None,
    require_explicit_policy: _Explicit = False,
    revocation: _Revocation = "require",
    profile: _Profile = "rfc5280",
    legacy_algorithms: _Legacy = False,
    as_json: _Json = False,
) -> None:
    """Say whether a certificate may be relied on, and why not."""
    if batch is not None:
        raise typer.Exit(_batch(batch))
    row = _row(
        leaf, anchor, cert, crl, ocsp, at, policy, require_explicit_policy, revocation, profile, legacy_algorithms
    )
    outcome = _outcome(row)
    _print_answer(row, outcome, as_json)
    raise typer.Exit(0 if outcome.valid else 1)


@app.command()
def explain(
    leaf: _Leaf = None,
    anchor: _Anchors = None,
    cert: _Pool = None,
    crl: _Crls = None,
    ocsp: _Ocsps = None,
    at: _At = None,
    policy: _Policies = None,
    require_explicit_policy: _Explicit = False,
    revocation: _Revocation = "require",
    profile: _Profile = "rfc5280",
    legacy_algorithms: _Legacy = False,
    as_json: _Json = False,
) -> None:
    """Print every candidate path with the reasons for which it was dropped."""
    row = _row(
        leaf, anchor, cert, crl, ocsp, at, policy, require_explicit_policy, revocation, profile, legacy_algorithms
    )
    outcome = _outcome(row)
    _print_candidates(outcome, as_json)
    raise typer.Exit(0 if outcome.valid else 1)


def _row(
    leaf: Path | None,
    anchor: list[str] | None,
    cert: list[str] | None,
    crl: list[str] | None,
    ocsp: list[str] | None,
    at: str | None,
    policy: list[str] | None,
    explicit: bool,
    revocation: str,
    profile: str,
    legacy: bool,
) -> dict[str, Any]:
    if leaf is None:
        raise typer.BadParameter("name a certificate, or use --batch")
    return {
        "id": leaf.name,
        "leaf": str(leaf),
        "anchors": anchor or [],
        "pool": cert or [],
        "crls": crl or [],
        "ocsps": ocsp or [],
        "at": at,
        "initialPolicies": policy or None,
        "requireExplicitPolicy": explicit,
        "revocation": revocation,
        "profile": profile,
        "legacyAlgorithms": legacy,
    }


def _batch(source: str) -> int:
    import sys

    from ops.platform.clock import SystemClock
    from validator.cli.path_batch import run_batch

    return 0 if run_batch(source, sys.stdout, SystemClock().now) else 1


def _outcome(row: dict[str, Any]) -> "PathOutcome":
    from ops.platform.clock import SystemClock
    from policies.reasons import next_step, sentence
    from validator.cli.path_question import QuestionError, Unreadable, question
    from validator.path.engine import build_path

    asked = question(row, SystemClock().now())
    if isinstance(asked, Unreadable):
        step = next_step(asked.reason) or "Give the certificate as a DER or PEM file."
        raise QuestionError(sentence(asked.reason), code=asked.reason.code, next_step=step)
    return build_path(asked)


def _print_answer(row: dict[str, Any], outcome: "PathOutcome", as_json: bool) -> None:
    import json

    from policies.reasons import next_step, sentence
    from validator.cli.path_question import answer_line
    from validator.path.certificate import who

    if as_json:
        typer.echo(json.dumps(answer_line(row["id"], outcome), ensure_ascii=False))
        return
    typer.echo("The certificate may be relied on." if outcome.valid else "The certificate may not be relied on.")
    for reason in outcome.reasons:
        typer.echo(f"  {reason.code}: {sentence(reason)} {next_step(reason)}".rstrip())
    for depth, certificate in enumerate(reversed(outcome.certificates)):
        typer.echo(f"{'  ' * (depth + 1)}{who(certificate)}")


def _print_candidates(outcome: "PathOutcome", as_json: bool) -> None:
    import json

    from policies.reasons import Reason, sentence
    from validator.path.certificate import Certificate, who

    # The search may come upon one path again, with what else speaks against it.
    paths: dict[tuple[Certificate, ...], dict[Reason, None]] = {}
    for candidate in outcome.candidates:
        paths.setdefault(candidate.certificates, {}).update(dict.fromkeys(candidate.reasons))
    for number, (certificates, found) in enumerate(paths.items(), 1):
        subjects = [who(certificate) for certificate in certificates]
        if as_json:
            fingerprints = [certificate.fingerprint for certificate in certificates]
            reasons = [{"code": reason.code, "params": dict(reason.params)} for reason in found]
            row = {"path": fingerprints, "subjects": subjects, "kept": not reasons, "reasons": reasons}
            typer.echo(json.dumps(row, ensure_ascii=False))
            continue
        typer.echo(f"{number}. {' ← '.join(subjects)}")
        for reason in found:
            typer.echo(f"     dropped: {reason.code}: {sentence(reason)}")
        if not found:
            typer.echo("     kept: every check passed")


if __name__ == "__main__":
    app()
