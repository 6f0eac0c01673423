"""Options that `trustspace validate` and `trustspace judge` have in common: where asked, and which reports come out."""

from pathlib import Path
from typing import Annotated

import typer

Forum = Annotated[list[str] | None, typer.Option("--forum", help="Where recognition is asked (country code).")]
Html = Annotated[Path | None, typer.Option("--html", help="Write the readable report here.")]
Language = Annotated[str, typer.Option("--language", help="Language of the readable report; two as in be,kk.")]
Report = Annotated[str | None, typer.Option("--report", help="Write a report: pdf, xml (ETSI), json or html.")]
Out = Annotated[Path | None, typer.Option("--out", help="With --report: where to write it.")]
Seal = Annotated[str | None, typer.Option("--seal", help="With --report: seal it with this credential, time-stamped.")]
SealTsa = Annotated[str | None, typer.Option("--seal-tsa", help="With --seal: unit or address of the authority.")]
