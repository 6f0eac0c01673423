"""`trustspace bench NAME [--json]`: runs one benchmark and prints its figures."""

import json
from importlib import import_module
from typing import Annotated

import typer

from policies.errors import TrustspaceError

app = typer.Typer(no_args_is_help=True, help="Measure against the raw cryptographic limit.")

# Each entry is a function without arguments that returns figures (ops.service.bench.measure.Figure).
BENCHES = {
    "issue": "ops.service.bench.issue:issue",
    "ocsp": "ops.service.bench.issue:ocsp",
    "sign": "ops.service.bench.sign:sign",
    "validate": "ops.service.bench.validate:validate",
    "judge": "ops.service.bench.judge:judge",
    "path": "ops.service.bench.paths:path",
    "mesh": "ops.service.bench.paths:mesh",
    "crl": "ops.service.bench.crl:crl",
    "algorithms": "ops.service.bench.algorithms:algorithms",
}


class UnknownBenchError(TrustspaceError):
    """The asked benchmark does not exist."""

    code = "TS-BENCH-UNKNOWN"
    exit_status = 2


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(BENCHES)}")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run one benchmark and print its rates, its memory and its ratio to the reference of the same run."""
    from ops.service.bench.measure import peak_memory_mib

    if name not in BENCHES:
        raise UnknownBenchError(f"There is no benchmark named {name}.", next_step=f"Use one of: {', '.join(BENCHES)}.")
    module, _, function = BENCHES[name].partition(":")
    figures = getattr(import_module(module), function)()
    memory = round(peak_memory_mib(), 1)
    if as_json:
        typer.echo(json.dumps({"bench": name, "memory_mib": memory, "figures": [row.as_dict() for row in figures]}))
        return
    for row in figures:
        against = f"  {row.ratio:.2f} of {row.reference} ({row.reference_rate:,.0f}/s)" if row.reference else ""
        more = "".join(f"  {key} {value}" for key, value in row.detail.items())
        typer.echo(f"{row.name:44} {row.rate:>12,.1f}/s{against}{more}")
    typer.echo(f"peak memory {memory} MiB")
