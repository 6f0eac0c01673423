"""`trustspace serve`: checks everything before the first request, serves, and stops without losing anything."""

from typing import Annotated

import typer

app = typer.Typer(name="serve", help="Serve the API, the page and the responders.")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at.", min=0, max=65535)] = None,
    model_space: Annotated[
        bool,
        typer.Option("--model-space", help="Admit the model space's invented instruments of recognition."),
    ] = False,
    policy: Annotated[
        str, typer.Option(help="The judgement policy where none is chosen: a name or a file.")
    ] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Say the address as one JSON object.")] = False,
) -> None:
    """Serve the API, the page and the responders until the process is told to stop."""
    from ops.service.web.running import run

    run(host, port, policy=policy, model_space=model_space, as_json=as_json)
