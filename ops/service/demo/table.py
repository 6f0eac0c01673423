"""The demonstration's table: for each scenario what was expected and what came out, on both axes."""

from itertools import groupby

from rich.console import Console
from rich.table import Table

from ops.service.demo.judging import Judged, technical

_WIDE = 150


def print_table(judged: list[Judged]) -> None:
    """Print every scenario; a batch is one line that is right when all of its documents are.

    A terminal too narrow for the table gets the same as blocks of lines; a pipe always gets the table.
    """
    groups = [list(group) for _, group in groupby(judged, key=lambda item: item.scenario)]
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    if console.width >= _WIDE:
        console.print(_table(groups))
    else:
        for group in groups:
            console.print(_block(group), highlight=False)
    right = sum(_worst(group).as_expected for group in groups)
    console.print(f"{right} of {len(groups)} scenarios right, {len(judged)} documents judged", highlight=False)


def _worst(group: list[Judged]) -> Judged:
    return next((item for item in group if not item.as_expected), group[0])


def _title(group: list[Judged]) -> str:
    title = group[0].scenario.title
    return title if len(group) == 1 else f"{title} ({len(group)} documents)"


def _cells(group: list[Judged]) -> tuple[str, str, str, str]:
    worst = _worst(group)
    scenario, verdict = worst.scenario, worst.verdict
    return (
        technical(scenario.indication, scenario.sub_indication),
        technical(verdict.indication, verdict.sub_indication),
        str(scenario.decision),
        str(worst.decision),
    )


def _mark(group: list[Judged]) -> str:
    return "right" if _worst(group).as_expected else "WRONG"


def _table(groups: list[list[Judged]]) -> Table:
    table = Table(title="Expected and actual verdicts")
    for name in ("Scenario", "Forum", "Technical: expected", "actual", "Recognition: expected", "actual", ""):
        table.add_column(name, overflow="fold")
    for group in groups:
        table.add_row(_title(group), group[0].scenario.forum, *_cells(group), _mark(group))
    return table


def _block(group: list[Judged]) -> str:
    expected_technical, actual_technical, expected_decision, actual_decision = _cells(group)
    return (
        f"[bold]{_mark(group)}[/bold]  {group[0].scenario.forum}  {_title(group)}\n"
        f"       expected  {expected_technical}, {expected_decision}\n"
        f"       actual    {actual_technical}, {actual_decision}"
    )
