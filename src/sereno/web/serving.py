"""The console served over HTTP, to this machine alone."""

import signal
import socket
from collections.abc import Callable

import uvicorn

from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.web.app import Read, console
from sereno.web.guard import guarded

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
GRACE = 5
"""Seconds that answers under way have when the console stops."""


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at a port of this machine; raise FaultyInput for another host, SerenoError for a port in use."""
    if host not in LOOPBACK:
        expected = f"{', '.join(LOOPBACK)}: la consola solo atiende a la propia máquina"
        raise FaultyInput((Fault("--host", host, expected),))
    listener = socket.socket(LOOPBACK[host])
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets another process share a port otherwise
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SerenoError(
            f"{host}:{port}: no se puede escuchar ahí ({error.strerror}). Elija otro puerto con --port"
        ) from error
    return listener


def serve(read: Read, listener: socket.socket, tell: Callable[[], None]) -> None:
    """Answer until somebody stops the process; `tell` that it answers."""
    config = uvicorn.Config(
        guarded(console(read)),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    for each in (signal.SIGINT, signal.SIGTERM):  # before the server sees to it, and after: none is lost
        signal.signal(each, server.handle_exit)
    with listener:
        tell()
        server.run(sockets=[listener])
