"""The command line: composes the rooms' commands lazily and turns every error into a code, a sentence and a next step.

A command's module is imported only when that command runs, so that `trustspace path --batch` does not pay for the
web framework. Exit status: 0 done and good, 1 done and not good, 2 usage or unreadable input.
"""

import io
import json
import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from policies.errors import TrustspaceError


class _Entry(NamedTuple):
    module: str
    command: str | None
    summary: str


COMMANDS = {
    "demo": _Entry("ops.service.demo.cli", "demo", "Run the main job end to end on real files."),
    "serve": _Entry("ops.service.web.cli", "serve", "Serve the API, the page and the responders."),
    "validate": _Entry("validator.cli.validate", "validate", "Judge signed documents."),
    "judge": _Entry("validator.cli.judge", "judge", "Judge stored evidence again, without any input or output."),
    "path": _Entry("validator.cli.path", None, "Build and validate certification paths."),
    "sign": _Entry("signer.cli", "sign", "Sign a document with a credential."),
    "credential": _Entry("signer.cli", "credential", "Manage signing credentials."),
    "tsa": _Entry("signer.cli", "tsa", "Time-stamp authority."),
    "ca": _Entry("ca.cli", None, "Certificate authorities: issue, cross-certify, revoke, publish."),
    "policy": _Entry("ops.service.policycli", None, "Jurisdictions, instruments, algorithm dates and reasons."),
    "trust-list": _Entry("validator.cli.trust_list", None, "Trust lists: what they say, and what is wrong with them."),
    "log": _Entry("ops.platform.audit.cli", None, "Export and verify the audit log."),
    "mirror": _Entry("validator.mirror.cli", None, "Status mirror of foreign CRLs and OCSP responders."),
    "db": _Entry("ops.service.dbcli", None, "Upgrade, back up, restore and verify the database."),
    "config": _Entry("ops.service.configcli", None, "Check the configuration."),
    "bench": _Entry("ops.service.bench.cli", "bench", "Measure against the raw cryptographic limit."),
}


class _RoomGroup(TyperGroup):
    """A group whose members are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command: Any = typer.main.get_command(import_module(entry.module).app)
        if entry.command is not None and hasattr(command, "commands"):
            command = command.commands[entry.command]
        command.name = cmd_name
        return command


_NAME = "trustspace"
# As `validator.cli.reports` has it, which is not imported for it: a command's modules are loaded when it runs.
SEALER = "sealer"

app = typer.Typer(
    name=_NAME,
    cls=_RoomGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Mutual recognition of electronic signatures between states.",
)


@app.callback()
def _root() -> None:
    """Mutual recognition of electronic signatures between states."""


def _show(error: TrustspaceError, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": error.as_dict()}, ensure_ascii=False))  # noqa: T201 - the command's output
    else:
        print(f"{error.code}: {error.sentence}\nNext: {error.next_step}", file=sys.stderr)  # noqa: T201


def _unexpected(error: Exception) -> TrustspaceError:
    """An error nobody foresaw still gets a code; its text may hold personal data, so only its type is shown."""
    return TrustspaceError(
        f"The command stopped on an unexpected {type(error).__name__}.",
        code="TS-INTERNAL",
        next_step="Run it again with TRUSTSPACE_DEBUG=1 and report the trace with the input's SHA-256.",
    )


def _wrong_use(error: TyperException) -> TrustspaceError:
    """What the command line's parser refused, in the three parts of every other error."""
    context = getattr(error, "ctx", None)
    found = TrustspaceError(
        " ".join(error.format_message().split()),
        code="TS-USAGE",
        next_step=f"Run: {context.command_path if context else _NAME} --help",
    )
    found.exit_status = 2
    return found


def _print_what_can_be() -> None:
    """A file's name may hold octets that are no text: they are shown escaped instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _open_sealer(credential: str, authority: str | None) -> Any:
    """What the validator's commands seal reports with; it knows no signer."""
    from ops.service.report.sealing import open_sealer

    return open_sealer(credential, authority)


def main() -> None:
    """Entry point of the console script."""
    as_json = "--json" in sys.argv
    _print_what_can_be()
    try:
        sys.exit(typer.main.get_command(app)(prog_name=_NAME, standalone_mode=False, obj={SEALER: _open_sealer}))
    except TyperException as error:
        if not error.format_message() or not sys.argv[1:]:
            # Nothing was asked: the help is the answer.
            getattr(error, "show", print)()
            sys.exit(2)
        _show(_wrong_use(error), as_json)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    except TrustspaceError as error:
        _show(error, as_json)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # The reader went away: nothing more can be told to it; keep the interpreter from flushing into the void.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("TRUSTSPACE_DEBUG"):
            raise
        _show(_unexpected(error), as_json)
        sys.exit(1)


if __name__ == "__main__":
    main()
