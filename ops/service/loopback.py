"""A real HTTP server on a loopback port of its own, run in a thread: for the demonstration, benchmarks and tests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


def bound_socket(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A socket that already owns its port, so that certificates can name the address before anything serves."""
    # The protocol is named because asyncio sends without delay only on sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def base_url(listener: socket.socket) -> str:
    """The http address of a bound socket, without final slash."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


@contextmanager
def serving(application: Any, listener: socket.socket) -> Iterator[str]:
    """Serve an ASGI application on `listener` until the block ends; gives the base address. The socket is closed."""
    server = uvicorn.Server(uvicorn.Config(application, log_config=None, lifespan="off", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="loopback-server", daemon=True)
    # The kernel queues connections from here on; nobody has to wait for the event loop to come up.
    listener.listen(128)
    thread.start()
    try:
        yield base_url(listener)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()
