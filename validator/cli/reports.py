"""The options about written reports of `trustspace validate` and `trustspace judge`: form, languages, seal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops.platform.output import check_output_file, write_output_file
from policies.reasons import LANGUAGES
from validator.errors import OptionError

if TYPE_CHECKING:
    from validator.report.forms import Sealer
    from validator.service import ValidationResult

OpenSealer = Callable[[str, str | None], AbstractContextManager["Sealer"]]
SEALER = "sealer"
"""Under this name the command line hands in what opens the service's own seal: credential, time-stamp authority."""
FORMS = ("pdf", "xml", "json", "html")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOptions:
    """What was asked for: `form` and `out` together or neither; `seal` names a credential, `authority` who stamps."""

    form: str | None = None
    out: Path | None = None
    seal: str | None = None
    authority: str | None = None
    languages: tuple[str, ...] = ("en",)

    @property
    def seal_file(self) -> Path | None:
        """Where a detached seal goes; None where the seal is inside, or there is none."""
        if self.out is None or self.seal is None or self.form == "pdf":
            return None
        return self.out.with_name(f"{self.out.name}.p7s")


def languages_of(text: str) -> tuple[str, ...]:
    """One or two languages, as in `be,kk`. Raises OptionError."""
    found = tuple(item.strip() for item in text.split(","))
    unknown = [item for item in found if item not in LANGUAGES]
    if unknown:
        raise OptionError(
            f"There is no report in the language {unknown[0]!r}.", next_step=f"Choose one of: {', '.join(LANGUAGES)}."
        )
    if len(found) > 2 or len(set(found)) < len(found):
        raise OptionError("A report has one language, or two different ones side by side.", next_step="Write be,kk.")
    return found


def check_report(options: ReportOptions, files: int) -> None:
    """Before anything is read: can what was asked for be written at all? Raises OptionError, OutputFileError."""
    if options.form is not None and options.form not in FORMS:
        raise OptionError(
            f"There is no report in the form {options.form!r}.", next_step=f"Choose one of: {', '.join(FORMS)}."
        )
    if (options.form is None) != (options.out is None):
        raise OptionError("--report and --out belong together.", next_step="Write --report pdf --out report.pdf.")
    if options.seal is not None and options.form is None:
        raise OptionError("--seal needs a report to seal.", next_step="Add --report pdf --out report.pdf.")
    if options.form is not None and files > 1:
        raise OptionError(
            "One report file cannot hold the judgements of several documents.",
            next_step="Judge each document by a call of its own.",
        )
    check_output_file(options.out)
    check_output_file(options.seal_file)


def write_report(options: ReportOptions, name: str, found: "ValidationResult", parts: Any) -> None:
    """Make, seal and write the report, whole or not at all. `parts` is what the command line was started with."""
    if options.form is None:
        return
    from validator.report.forms import Form, made_report

    with _sealer(options, parts) as sealer:
        made = made_report(
            Form(options.form),
            name,
            found.evidence,
            found.verdict,
            found.recognitions,
            options.languages,
            sealer,
            found.notices,
        )
    # The seal first: a report that stands there without its seal would look like one that never had one.
    if made.seal is not None:
        write_output_file(options.seal_file, made.seal)
    write_output_file(options.out, made.octets)


@contextmanager
def _sealer(options: ReportOptions, parts: Any) -> "Iterator[Sealer | None]":
    if options.seal is None:
        yield None
        return
    opener: OpenSealer | None = parts.get(SEALER) if isinstance(parts, dict) else None
    if opener is None:
        raise OptionError("Nothing here can seal a report.", next_step="Run it as: trustspace validate … --seal …")
    with opener(options.seal, options.authority) as sealer:
        yield sealer
