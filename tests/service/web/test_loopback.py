"""The loopback server: its port is its own before it serves, and small answers leave at once."""

import socket
import urllib.request
from typing import Any

import pytest

from ops.service.loopback import base_url, bound_socket, serving

pytestmark = pytest.mark.loopback


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


def test_it_answers_at_the_address_it_named_before() -> None:
    listener = bound_socket()
    named = base_url(listener)
    with serving(_answer, listener) as url, urllib.request.urlopen(url, timeout=20) as answer:
        assert (url, answer.read()) == (named, b"here")
    assert listener.fileno() == -1


def test_asyncio_can_see_that_it_is_tcp() -> None:
    """Else headers and body of every answer are 40 ms apart: Nagle's algorithm waits for a delayed acknowledgement."""
    with bound_socket() as listener:
        assert listener.proto == socket.IPPROTO_TCP
