"""The published JSON Schema of the machine's reports, written from the same dataclasses as the reports themselves."""

from typing import Any

from validator.report.content import FORMAT, VERSION, Report
from validator.report.rows import AnswerLine
from validator.report.shape import SchemaWriter

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def report_schema(*, closed: bool = False) -> Schema:
    """The schema of the full report, whole in itself. `closed` refuses members that no version has declared."""
    writer = SchemaWriter("#/$defs/", closed=closed)
    top = writer.of(Report)
    return {
        "$schema": _DIALECT,
        "$id": f"{FORMAT}:{VERSION}",
        "title": "Report of a signature validation",
        **top,
        "$defs": dict(sorted(writer.definitions.items())),
    }


def components() -> dict[str, Schema]:
    """The schemas of `Report` and `AnswerLine` and of everything in them, by name, for `components/schemas` of an
    OpenAPI 3.1 description."""
    writer = SchemaWriter("#/components/schemas/")
    writer.of(Report)
    writer.of(AnswerLine)
    return dict(sorted(writer.definitions.items()))
