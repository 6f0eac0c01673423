"""The whole web application of one installation: API, pages and responders behind one set of bounds.

The responders are bare ASGI and chosen by path before the framework is reached; every error becomes a code, a sentence
and a next step, as JSON under /api and as a page elsewhere.
"""

import hashlib
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from ca.http import responders
from ca.service import CertificateAuthority
from ops.platform.installation import Installation
from ops.platform.logs import get_logger
from ops.platform.metrics import CONTENT_TYPE, Metrics
from ops.service.report.sealing import ReportSealer
from ops.service.web import api, openapi, pages
from ops.service.web.errors import FieldError, FormError, InternalError, MethodError, NotFoundError, WebError
from ops.service.web.health import Health
from ops.service.web.judgement import Judgement
from ops.service.web.limits import App, BoundedApp, Message, Receive, Scope, Send
from ops.service.web.office import Office
from ops.service.web.reports import ReportStore
from ops.service.web.routing import PrefixRouter
from ops.service.web.trust import InstallationTrust
from ops.service.web.tsa import TimestampRouter
from ops.service.web.workers import WorkerLimits, WorkerPool
from policies.errors import TrustspaceError

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLimits:
    """What a stranger may take: octets of one request, and what judging one document may cost."""

    request_octets: int = 64 * 2**20
    report_lifetime: timedelta = timedelta(hours=1)
    workers: WorkerLimits = field(default_factory=WorkerLimits)


class WebApplication:
    """The ASGI application. `close` ends the judging processes."""

    def __init__(
        self,
        installation: Installation,
        authority: CertificateAuthority,
        *,
        metrics: Metrics | None = None,
        limits: WebLimits | None = None,
        policy: str = "default",
        model_space: bool = False,
    ) -> None:
        limits = limits or WebLimits()
        self.metrics = metrics or Metrics()
        self.pool = WorkerPool(limits.workers)
        trust = InstallationTrust(authority)
        reports = ReportStore(installation.clock, lifetime=limits.report_lifetime)
        judgement = Judgement(
            installation, trust, self.pool, reports, self.metrics, policy=policy, model_space=model_space
        )
        office = Office(reports, self.pool, _sealer(installation))
        self._pages = pages.Pages(trust, sealed=installation.settings.report_seal is not None)
        self.framework = self._framework(installation, authority, judgement, reports, office)
        published = responders(authority)
        routes: dict[str, App] = dict.fromkeys(("/ocsp", "/crl", "/aia"), published)
        routes["/tsa"] = TimestampRouter(installation)
        counted = _Counted(PrefixRouter(routes, self.framework), self.metrics)
        self._application: App = BoundedApp(counted, limits.request_octets, self._refusal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3)."""
        await self._application(scope, receive, send)

    def warm_up(self) -> None:
        """Start the judging processes before the first document comes."""
        self.pool.warm_up()

    def close(self) -> None:
        """End what this application started."""
        self.pool.close()

    def _framework(
        self,
        installation: Installation,
        authority: CertificateAuthority,
        judgement: Judgement,
        reports: ReportStore,
        office: Office,
    ) -> FastAPI:
        # The framework's own pages for the description load script from elsewhere, which the policy forbids.
        found = FastAPI(
            title="trustspace",
            version="1",
            description="Whether a document signed in one state counts in another.",
            openapi_url="/api/v1/openapi.json",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        found.include_router(
            api.router(judgement, reports, office, authority, Health(installation, authority, self.metrics))
        )
        found.include_router(pages.router(self._pages, judgement, reports))
        openapi.publish_schemas(found)

        @found.get("/metrics", include_in_schema=False)
        def read_metrics() -> Response:
            return Response(self.metrics.render(), media_type=CONTENT_TYPE)

        found.mount("/static", StaticFiles(directory=pages.FOLDER / "static"))
        self._handle_errors(found)
        return found

    def _handle_errors(self, framework: FastAPI) -> None:
        @framework.exception_handler(TrustspaceError)
        async def told(request: Request, error: TrustspaceError) -> Response:
            return self._error_response(request.url.path, error)

        @framework.exception_handler(HTTPException)
        async def worded(request: Request, error: HTTPException) -> Response:
            return self._error_response(request.url.path, _worded(error), error.status_code)

        @framework.exception_handler(RequestValidationError)
        async def checked(request: Request, error: RequestValidationError) -> Response:
            name = str(error.errors()[0]["loc"][-1])[:50]
            return self._error_response(request.url.path, FieldError(name, f"The value of «{name}» is not possible."))

        @framework.exception_handler(Exception)
        async def unexpected(request: Request, error: Exception) -> Response:
            log.error("request-failed", exc_info=error)
            return self._error_response(request.url.path, InternalError("The service failed on this request."))

    def _refusal(self, scope: Scope, error: TrustspaceError) -> App:
        answer = self._error_response(scope["path"], error)
        answer.headers["connection"] = "close"

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            await answer(scope, receive, send)

        return respond

    def _error_response(self, path: str, error: TrustspaceError, status: int | None = None) -> Response:
        self.metrics.errors.labels(error.code).inc()
        code = status or error.http_status
        if path.startswith(("/api/", "/metrics", "/static/")):
            return JSONResponse({"error": error.as_dict()}, code)
        if path == "/validate":
            return HTMLResponse(self._pages.form(error=error.as_dict()), code)
        return HTMLResponse(self._pages.error(error), code)


def _sealer(installation: Installation) -> ReportSealer | None:
    """The seal of this installation's reports. Raises at start what would make every report fail later."""
    settings = installation.settings
    if settings.report_seal is None:
        return None
    found = ReportSealer(installation, settings.report_seal, settings.report_seal_tsa)
    log.info("reports-are-sealed", certificate=hashlib.sha256(found.certificate).hexdigest())
    return found


def _worded(error: HTTPException) -> WebError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return NotFoundError("There is nothing at this address.")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodError("This address does not answer to that method.")
    return FormError("The request cannot be read.")


class _Counted:
    """Counts requests and their time by the first part of the path, which has few values."""

    _KNOWN = frozenset({"api", "ocsp", "crl", "aia", "tsa", "r", "validate", "static", "metrics", ""})

    def __init__(self, app: App, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        first = scope["path"].strip("/").partition("/")[0]
        endpoint = f"/{first}" if first in self._KNOWN else "other"
        status, started = "none", time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._metrics.requests.labels(endpoint, status).inc()
            self._metrics.request_seconds.labels(endpoint).observe(time.perf_counter() - started)


def create_app(
    installation: Installation,
    authority: CertificateAuthority,
    *,
    metrics: Metrics | None = None,
    limits: WebLimits | None = None,
    policy: str = "default",
    model_space: bool = False,
) -> WebApplication:
    """The web application of an open installation. `policy` (a name, or the path of a file) judges documents
    for which nothing else is chosen; `model_space` admits illustrative instruments of recognition."""
    return WebApplication(
        installation, authority, metrics=metrics, limits=limits, policy=policy, model_space=model_space
    )
