"""The description of the multipart form and of its answers, where the framework cannot derive it."""

from typing import Any

from fastapi import FastAPI

from ops.service.web.form import forums, policy_names
from policies.reasons.words import LANGUAGES
from policies.vocabulary import DocumentKind, PartyKind
from validator.report.schema import components

Schema = dict[str, Any]

_FILE: Schema = {"type": "string", "format": "binary"}
_FILES: Schema = {"type": "array", "items": _FILE}
_TEXT: Schema = {"type": "string"}
ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "nextStep"],
            "properties": {"code": _TEXT, "message": _TEXT, "nextStep": _TEXT},
        }
    },
}


def _described(schema: Schema, text: str) -> Schema:
    return {**schema, "description": text}


def form_schema() -> Schema:
    """The request body of a judgement."""
    choice = {"type": "string"}
    return {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": _described(_FILE, "The signed file: PDF or CMS."),
            "detached": _described(_FILES, "Originals of a signature that stands in a file of its own."),
            "anchors": _described(_FILES, "Trust anchors besides those of this installation; DER, PEM or PKCS #7."),
            "certs": _described(_FILES, "Certificates to build paths with."),
            "crls": _described(_FILES, "Revocation lists."),
            "ocsps": _described(_FILES, "OCSP responses."),
            "forum": {**choice, "enum": list(forums()), "description": "The jurisdiction whose law decides."},
            "policy": {**choice, "enum": list(policy_names())},
            "documentKind": {**choice, "enum": list(DocumentKind)},
            "relyingParty": {**choice, "enum": list(PartyKind)},
            "at": {**choice, "format": "date-time", "description": "Time to judge for; now when it is absent."},
            "lang": {**choice, "enum": list(LANGUAGES)},
            "offline": {"type": "boolean", "description": "Fetch nothing that certificates name."},
        },
    }


def reference(name: str) -> Schema:
    """A reference to one of the schemas that `publish_schemas` adds."""
    return {"$ref": f"#/components/schemas/{name}"}


def publish_schemas(application: FastAPI) -> None:
    """Add the schemas of the reports to the description, from the same definition that the reports are made by."""
    derived = application.openapi

    def described() -> Schema:
        found = derived()
        found.setdefault("components", {}).setdefault("schemas", {}).update(components())
        return found

    application.openapi = described  # type: ignore[method-assign]


def answer_schema() -> Schema:
    """The answer of a judgement: the line of `trustspace validate --batch`, and where its reports are."""
    reports = ("html", "json", "evidence", "pdf", "xml")
    more = {
        "type": "object",
        "properties": {
            "reports": {
                "type": "object",
                "description": "Addresses of the reports; they are kept for an hour.",
                "properties": dict.fromkeys(reports, _TEXT),
            },
            "error": {**ERROR["properties"]["error"], "description": "Only with status 422."},
        },
    }
    return {"allOf": [reference("AnswerLine"), more]}


def error_responses(*statuses: int) -> dict[int | str, Schema]:
    """The same error object under each status."""
    described = {
        400: "The request is not the form described.",
        404: "Nothing is there.",
        413: "The request is too large.",
        415: "The body is of another media type.",
        422: "A field has an impossible value, or the file cannot be read; then the verdict's members stand beside.",
        503: "The service cannot do this now.",
    }
    return {
        status: {"description": described[status], "content": {"application/json": {"schema": ERROR}}}
        for status in statuses
    }


def validate_operation() -> Schema:
    """The extra members of the operation."""
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form_schema()}}}}
