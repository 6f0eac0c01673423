"""The catalogue of reasons prints itself: every code with severity, clause, sub-indication, sentence and next step in
every language; as rows, as Markdown and as a page of its own. All from the definitions that verdicts are made with.
"""

from collections.abc import Iterable, Iterator
from html import escape

from policies.errors import TrustspaceError
from policies.reasons import LANGUAGES, ReasonDefinition, catalogue, wording

Row = dict[str, object]


class ReasonUnknownError(TrustspaceError):
    """A code or language that the catalogue does not have."""

    code = "TS-POLICY-REASON-UNKNOWN"
    next_step = "Run: trustspace policy reasons"
    exit_status = 2
    http_status = 404


def chosen(code: str | None) -> tuple[ReasonDefinition, ...]:
    """All definitions by code, or the one asked for. Raises ReasonUnknownError."""
    known = catalogue()
    if code is None:
        return tuple(known[name] for name in sorted(known))
    if code.upper() not in known:
        raise ReasonUnknownError(f"There is no reason {code[:60]!r}.")
    return (known[code.upper()],)


def languages(asked: str | None) -> tuple[str, ...]:
    """All languages, or those in a list such as `be,kk`. Raises ReasonUnknownError."""
    if asked is None:
        return LANGUAGES
    found = tuple(item.strip() for item in asked.split(","))
    for item in found:
        if item not in LANGUAGES:
            raise ReasonUnknownError(f"There is no language {item[:60]!r}.", next_step=f"Use: {', '.join(LANGUAGES)}.")
    return found


def rows(definitions: Iterable[ReasonDefinition], spoken: tuple[str, ...]) -> Iterator[Row]:
    """One row per reason: what is fixed about it, and its wording by language."""
    for item in definitions:
        yield {
            "code": item.code,
            "area": item.area,
            "severity": str(item.severity),
            "clause": item.clause,
            "subIndication": str(item.sub_indication) if item.sub_indication else None,
            "params": list(item.params),
            "wording": {language: dict(_words(item.code, language)) for language in spoken},
        }


def markdown(definitions: Iterable[ReasonDefinition], spoken: tuple[str, ...]) -> Iterator[str]:
    """The catalogue as lines of Markdown: a heading per reason, a table of its wording."""
    yield "# Reasons"
    for item in definitions:
        sub = f", leads to {item.sub_indication}" if item.sub_indication else ""
        yield f"\n## {item.code}\n\n{item.severity}, {item.clause}{sub}\n"
        yield "| language | sentence | next step |\n|---|---|---|"
        for language in spoken:
            words = _words(item.code, language)
            cells = (words.get("sentence", ""), words.get("next", ""))
            yield f"| {language} | {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def page(definitions: Iterable[ReasonDefinition], spoken: tuple[str, ...]) -> Iterator[str]:
    """The catalogue as parts of one HTML page without script or style."""
    yield '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Reasons</title></head>\n<body>\n'
    yield "<main>\n<h1>Reasons</h1>\n"
    for item in definitions:
        sub = f", leads to {item.sub_indication}" if item.sub_indication else ""
        code = escape(item.code)
        yield f'<h2 id="{code}">{code}</h2>\n<p>{item.severity}, {escape(item.clause)}{sub}</p>\n<table><tr>'
        yield "".join(f'<th scope="col">{name}</th>' for name in ("language", "sentence", "next step")) + "</tr>\n"
        for language in spoken:
            words = _words(item.code, language)
            cells = "".join(
                f'<td lang="{language}">{escape(words.get(part, ""))}</td>' for part in ("sentence", "next")
            )
            yield f'<tr><th scope="row">{language}</th>{cells}</tr>\n'
        yield "</table>\n"
    yield "</main>\n</body>\n</html>"


def text(definitions: Iterable[ReasonDefinition], spoken: tuple[str, ...]) -> Iterator[str]:
    """The catalogue as paragraphs for a terminal."""
    for item in definitions:
        sub = f", {item.sub_indication}" if item.sub_indication else ""
        yield f"{item.code} ({item.severity}, {item.clause}{sub})"
        for language in spoken:
            words = _words(item.code, language)
            yield f"  {language}: {words.get('sentence', '')}"
            if words.get("next"):
                yield f"      → {words['next']}"
        yield ""


def _words(code: str, language: str) -> dict[str, str]:
    return dict(wording(language).get(code, {}))
