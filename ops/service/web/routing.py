"""Chooses by path prefix between bare ASGI applications, so that responders pay for no framework."""

from collections.abc import Mapping

from ops.service.web.limits import App, Receive, Scope, Send


class PrefixRouter:
    """Sends a request to the application with the longest matching prefix, else to `fallback`.

    A prefix matches the path itself and everything below it. The path is handed on unchanged.
    """

    def __init__(self, routes: Mapping[str, App], fallback: App) -> None:
        self._routes = tuple(sorted(routes.items(), key=lambda item: -len(item[0])))
        self._fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection (ASGI 3)."""
        await self._choose(scope)(scope, receive, send)

    def _choose(self, scope: Scope) -> App:
        if scope["type"] == "http":
            path = scope["path"]
            for prefix, application in self._routes:
                if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                    return application
        return self._fallback


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers 404 with nothing more."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
