"""The programming interface under /api/v1: judging, what this installation is, and whether it is well."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from ca.service import CertificateAuthority
from ca.values import AuthorityView, CertificateView
from ops.service.web import health, openapi
from ops.service.web.errors import FieldError
from ops.service.web.form import opened_form, submission
from ops.service.web.judgement import Judgement, Outcome
from ops.service.web.office import Office
from ops.service.web.reports import ReportStore
from policies.listing import instrument_rows, jurisdiction_rows, reason_rows
from policies.reasons.words import LANGUAGES
from validator.report.forms import MEDIA_TYPES, Form

Json = dict[str, Any]

# Certificates of persons stay out of the public list: who holds one is nobody's business but the holder's.
_PERSONS = ("natural-person", "legal-person", "organisation-person")
Pages = Annotated[str, Query(description="One or two languages of the pages, as in be,kk.", max_length=20)]
Language = Annotated[str, Query(description="Language of the sentences: " + ", ".join(LANGUAGES))]


def router(
    judgement: Judgement,
    reports: ReportStore,
    office: Office,
    authority: CertificateAuthority,
    state: health.Health,
) -> APIRouter:
    """The routes over one installation."""
    api = APIRouter(prefix="/api/v1")
    _add_judging(api, judgement, reports)
    _add_forms(api, office)
    _add_authorities(api, authority)
    _add_policies(api)

    @api.get("/health", tags=["service"], responses={503: {"description": "Something is wrong; the checks say what."}})
    def read_health() -> JSONResponse:
        """Whether database, audit log, clock and every published list are as they should be."""
        found = health.as_json(state.checks())
        return JSONResponse(found, 200 if found["healthy"] else 503, headers={"cache-control": "no-store"})

    return api


def _add_judging(api: APIRouter, judgement: Judgement, reports: ReportStore) -> None:
    ok = {"description": "The verdict.", "content": {"application/json": {"schema": openapi.answer_schema()}}}

    @api.post(
        "/validate",
        tags=["judgement"],
        openapi_extra=openapi.validate_operation(),
        responses={200: ok, **openapi.error_responses(400, 413, 415, 422, 503)},
    )
    async def validate(request: Request) -> JSONResponse:
        """Judge one document: is it technically valid, and does it count in the forum."""
        async with opened_form(request) as form:
            return _answer(await judgement.judge(submission(form)))

    full = {"description": "The report.", "content": {"application/json": {"schema": openapi.reference("Report")}}}

    @api.get("/reports/{report_id}", tags=["judgement"], responses={200: full, **openapi.error_responses(404)})
    def read_report(report_id: str) -> Response:
        """The full report with every check and the hashes that replay it."""
        return _kept(reports.get(report_id).full)

    @api.get("/reports/{report_id}/evidence", tags=["judgement"], responses=openapi.error_responses(404))
    def read_evidence(report_id: str) -> Response:
        """The Evidence: judge it again with `trustspace judge`."""
        return _kept(reports.get(report_id).evidence)


def _add_forms(api: APIRouter, office: Office) -> None:
    refusals = openapi.error_responses(404, 422, 503)

    @api.get("/reports/{report_id}/forms/{form}", tags=["judgement"], responses=refusals)
    async def read_form(report_id: str, form: Form, lang: Pages | None = None) -> Response:
        """The report as PDF (PDF/A-3, evidence attached), XML (ETSI TS 119 102-2), JSON or page; a PDF carries the
        service's seal inside, the others have it beside."""
        made = await office.made(report_id, form, tuple(lang.split(",")) if lang else None)
        named = f'attachment; filename="report.{form}"'
        headers = {"cache-control": "no-store", "content-disposition": named}
        return Response(made.octets, media_type=MEDIA_TYPES[form], headers=headers)

    @api.get("/reports/{report_id}/forms/{form}/seal", tags=["judgement"], responses=refusals)
    async def read_seal(report_id: str, form: Form) -> Response:
        """The service's seal over the report in that form: CAdES, detached, with a time-stamp."""
        named = f'attachment; filename="report.{form}.p7s"'
        headers = {"cache-control": "no-store", "content-disposition": named}
        return Response(await office.seal(report_id, form), media_type="application/pkcs7-signature", headers=headers)


def _kept(octets: bytes) -> Response:
    return Response(octets, media_type="application/json", headers={"cache-control": "no-store"})


def _answer(outcome: Outcome) -> JSONResponse:
    body: Json = {**outcome.report.line}
    if outcome.id is not None:
        at = f"/api/v1/reports/{outcome.id}"
        body["reports"] = {"html": f"/r/{outcome.id}", "json": at, "evidence": f"{at}/evidence"}
        body["reports"] |= {form: f"{at}/forms/{form}" for form in ("pdf", "xml")}
    if outcome.unreadable is not None:
        body = {"error": outcome.unreadable, **body}
    status = 200 if outcome.unreadable is None else 422
    return JSONResponse(body, status, headers={"cache-control": "no-store"})


def _add_authorities(api: APIRouter, authority: CertificateAuthority) -> None:
    @api.get("/authorities", tags=["authorities"])
    def list_authorities() -> Json:
        """The authorities of this installation."""
        return {"authorities": [_authority(view) for view in authority.authorities()]}

    @api.get("/authorities/{name}/certificates", tags=["authorities"], responses=openapi.error_responses(404))
    def list_certificates(name: str, limit: Annotated[int, Query(ge=1, le=1000)] = 1000) -> Json:
        """The newest certificates of authorities and services that `name` issued. Those of persons are not listed."""
        found = authority.certificates(name, limit=limit)
        return {"certificates": [_certificate(view) for view in found if view.purpose not in _PERSONS]}


def _authority(view: AuthorityView) -> Json:
    return {
        "name": view.name,
        "jurisdiction": view.jurisdiction,
        "kind": view.kind.value,
        "parent": view.parent,
        "predecessor": view.predecessor,
        "keyId": view.key_id.hex(),
        "crl": view.crl_url,
        "ocsp": view.ocsp_url,
        "certificate": view.issuer_url if view.certificate else None,
    }


def _certificate(view: CertificateView) -> Json:
    revocation = view.revocation
    return {
        "serial": f"{view.serial:x}",
        "profile": view.profile,
        "state": view.state,
        "subject": view.subject,
        "sha256": view.sha256,
        "notBefore": view.not_before.isoformat() if view.not_before else None,
        "notAfter": view.not_after.isoformat() if view.not_after else None,
        "instrument": view.instrument,
        "revocation": None
        if revocation is None
        else {
            "reason": revocation.reason.name.lower(),
            "at": revocation.revoked_at.isoformat(),
            "suspended": revocation.suspended,
        },
    }


def _add_policies(api: APIRouter) -> None:
    @api.get("/jurisdictions", tags=["law"])
    def list_jurisdictions(lang: Language = "en") -> Json:
        """States, unions and the hub, with their levels and law."""
        return {"jurisdictions": jurisdiction_rows(_language(lang))}

    @api.get("/instruments", tags=["law"])
    def list_instruments() -> Json:
        """The instruments of recognition, each with how it is known."""
        return {"instruments": instrument_rows()}

    @api.get("/reasons", tags=["law"], responses=openapi.error_responses(422))
    def list_reasons(lang: Language = "en") -> Json:
        """Every reason that a verdict may give: severity, clause, sentence and next step."""
        return {"reasons": reason_rows(_language(lang))}


def _language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise FieldError("lang", "There is no such language here.", next_step=f"Use one of: {', '.join(LANGUAGES)}.")
    return lang
