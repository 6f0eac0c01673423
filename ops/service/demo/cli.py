"""`trustspace demo`: builds the space, lives the story, judges every document, says whether each verdict was right."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from policies.errors import TrustspaceError, UnreadableInputError

if TYPE_CHECKING:
    from ops.service.demo.judging import Judged

app = typer.Typer(help="Run the main job end to end on real files.")

_OWN_FILE_LIMIT = 50 * 1024 * 1024


class OwnFileError(UnreadableInputError):
    """The file given with --file cannot be the contract."""

    code = "TS-DEMO-FILE"
    next_step = "Give an unencrypted PDF of at most 50 MiB that nobody has locked, or leave --file out."


class OutputInUseError(TrustspaceError):
    """The output directory holds a space that an earlier run kept."""

    code = "TS-DEMO-OUT-IN-USE"
    next_step = "Choose another directory with --out, or remove its folder `space`."
    exit_status = 2


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where documents, reports, certificates and the map are written.")] = Path(
        "demo-out"
    ),
    file: Annotated[Path | None, typer.Option(help="A PDF of yours to be signed as the contract.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the space's keys and database under OUT/space.")] = False,
    national: Annotated[
        bool,
        typer.Option("--national", help="Each state with its own platform's algorithms: bign, GOST, TUMAR, SM2, RSA."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON lines.")] = False,
) -> None:
    """Issue, cross-certify, sign in one state, judge in another; exit status 1 on any wrong verdict."""
    own = _own_file(file) if file else None
    if (out / "space").exists():
        raise OutputInUseError(f"The directory {out / 'space'} exists already.")
    judged = _run(out, own, keep=keep, national=national, quiet=as_json)
    _show(judged, as_json)
    if not as_json:
        typer.echo(f"Reports, documents, certificates, CRLs and trust-map.svg: {out}")
    if not all(item.as_expected for item in judged):
        raise typer.Exit(1)


def _own_file(file: Path) -> bytes:
    from signer.pdf.intake import open_for_signing

    try:
        if file.stat().st_size > _OWN_FILE_LIMIT:
            raise OwnFileError(f"{file} is larger than {_OWN_FILE_LIMIT // 2**20} MiB.")
        octets = file.read_bytes()
    except OSError as error:
        raise OwnFileError(f"{file} cannot be read: {error.strerror}.") from error
    # Refused before anything is built, not when the seller comes to sign it.
    open_for_signing(octets)
    return octets


def _run(out: Path, own: bytes | None, *, keep: bool, national: bool, quiet: bool) -> "list[Judged]":
    from rich.console import Console

    from ops.platform.fonts import font_file
    from ops.service.demo.judging import judge_all
    from ops.service.demo.output import write_everything
    from ops.service.demo.story import Story
    from ops.service.demo.world import demo_world

    console = Console(stderr=True, quiet=quiet)
    with font_file() as font, demo_world(out / "space", keep=keep, national=national) as world:
        console.print("[bold]Building the space[/bold]")
        world.space.build(lambda text: console.print(f"  {text}"))
        console.print("[bold]Living through three years[/bold]")
        story = Story(world.space, world.clock, world.url, world.now, font, own)
        story.tell(lambda text: console.print(f"  {text}"))
        console.print("[bold]Judging[/bold]")
        judged = []
        for item in judge_all(world, story.documents):
            console.print(f"  {item.scenario.forum}  {item.document}")
            judged.append(item)
        write_everything(out, world, story.documents, judged)
    return judged


def _show(judged: "list[Judged]", as_json: bool) -> None:
    from ops.service.demo.output import row

    if as_json:
        import json

        for item in judged:
            typer.echo(json.dumps(row(item), ensure_ascii=False))
        return
    from ops.service.demo.table import print_table

    print_table(judged)
