"""The console served over HTTP: to this machine alone, unless everybody must say who they are."""

import signal
import socket
from collections.abc import Callable
from functools import partial

import uvicorn

from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.hosts import is_ip, is_loopback
from sereno.web.app import console
from sereno.web.catalogue_access import NOT_BEYOND
from sereno.web.doors import Read
from sereno.web.entrance import Terms
from sereno.web.guard import LOCAL_NAMES, guarded, host_in
from sereno.web.reader_routes import is_reader

GRACE = 5
"""Seconds that answers under way have when the console stops."""


def open_socket(host: str, port: int, *, known: bool) -> socket.socket:
    """Listen at a port; raise SerenoError for one in use.

    Raises FaultyInput for a host beyond this machine, unless everybody is `known` who comes.
    """
    if not known and not is_loopback(host):
        raise FaultyInput((Fault("--host", host, NOT_BEYOND),))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
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
            f"{host}:{port}: no se puede escuchar ahí ({error.strerror or error}). "
            "Elija otro puerto con --port, u otra dirección con --host"
        ) from error
    return listener


def names_of(host: str, public: str = "") -> frozenset[str]:
    """Return the names by which who listens at a host is asked for; `public`: of a proxy before us."""
    before = {host_in(public)} if public else set[str]()
    if is_loopback(host):
        return LOCAL_NAMES | before
    own = {host.lower()} if not is_ip(host) else set()
    return LOCAL_NAMES | {socket.gethostname().lower(), socket.getfqdn().lower()} | own | before


def serve(
    read: Read, listener: socket.socket, terms: Terms, names: frozenset[str], tell: Callable[[], None]
) -> None:
    """Answer until somebody stops the process; `tell` that it answers."""
    config = uvicorn.Config(
        guarded(console(read, terms), names, partial(is_reader, read)),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # before the server sees to it, and after: none is lost
        if number := getattr(signal, name, None):
            signal.signal(number, server.handle_exit)
    with listener:
        tell()
        server.run(sockets=[listener])
