"""A synchronous client that speaks ASGI to an application in this process; no socket is opened."""

import asyncio
from typing import Any

import httpx


class Client:
    """`get` and `post` as httpx has them. Redirects are not followed; the application's own faults are answers."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def get(self, address: str, **options: Any) -> httpx.Response:
        return self.request("GET", address, **options)

    def post(self, address: str, **options: Any) -> httpx.Response:
        return self.request("POST", address, **options)

    def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._request(method, address, options))

    async def _request(self, method: str, address: str, options: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", timeout=120) as client:
            return await client.request(method, address, **options)
