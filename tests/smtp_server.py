"""SMTP servers for the tests, on loopback: a real one (aiosmtpd), and one that answers by script."""

import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER = "sereno"
PASSWORD = "de-noche-y-con-llaves"


@dataclass(frozen=True, slots=True)
class Received:
    """A message as the server got it."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    data: bytes


@dataclass(slots=True)
class Box:
    """Take in whatever comes, but what `refusals` names (an address, or MAIL or DATA, and the reply)."""

    login: bool
    port: int = 0
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    async def handle_EHLO(self, _server, session, _envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        if not hasattr(session, "counted"):
            session.counted = True
            self.connections += 1
        return responses

    async def handle_MAIL(self, _server, session, envelope, address, options):  # noqa: N802
        if self.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if "MAIL" in self.refusals:
            return self.refusals["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        recipients, options = tuple(envelope.rcpt_tos), tuple(envelope.mail_options)
        self.received.append(Received(envelope.mail_from, recipients, options, envelope.original_content))
        return f"250 2.0.0 Ok: queued as {len(self.received)}"

    def authenticate(self, _server, _session, _envelope, _mechanism, data):
        self.logins.append((data.login, data.password))
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)


@cache
def authority():
    """Return the certificate authority that signs for every server of these tests."""
    return trustme.CA()


def server_context(name="localhost"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(name).configure_cert(context)
    return context


@contextmanager
def smtp_server(*, security="none", login=False, name="localhost", utf8=False):
    """Run a real server on a free port; `login` asks for USER and PASSWORD."""
    box = Box(login)
    context = server_context(name) if security != "none" else None
    controller = _OnFreePort(
        box,
        hostname="localhost",
        port=0,
        ssl_context=context if security == "tls" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        auth_require_tls=security == "starttls",
        authenticator=box.authenticate if login else None,
        enable_SMTPUTF8=utf8,
    )
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()


class _OnFreePort(Controller):
    """Let the system choose the port, so that tests side by side never want the same."""

    def _create_server(self):
        listener = socket.create_server((self.hostname, 0))
        self.port = listener.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listener, ssl=self.ssl_context)


CLOSE, HANG, AFTER_NEXT = "close", "hang", "after next"
POLITE = {"greeting": "220 aqui", "DATA": "354 adelante", "QUIT": "221 adios"}
PIPELINING = "250-aqui\r\n250 PIPELINING"


@dataclass(slots=True)
class Script:
    """Answer each step by its reply, in turn where it is a list, by CLOSE or by HANG; else politely.

    A function is asked for the reply. AFTER_NEXT lets the dot wait until the next command has come.
    """

    replies: dict
    port: int = 0
    connections: int = 0
    heard: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def answer(self, step):
        reply = self.replies.get(step)
        if isinstance(reply, list):
            reply = reply.pop(0) if reply else None
        if callable(reply):
            reply = reply()
        return POLITE.get(step, "250 bien") if reply is None else reply

    def say(self, client, step):
        """Answer; return the reply, or nothing when the conversation is over."""
        return self.tell(client, self.answer(step))

    def tell(self, client, reply):
        if reply == HANG:
            self.over.wait(10)
        if reply in {HANG, CLOSE}:
            return ""
        client.sendall(reply.encode() + b"\r\n")
        return reply

    def talk(self, client):
        with client.makefile("rb") as lines:
            reply = self.say(client, "greeting")
            waiting = b""
            while reply and (line := waiting or lines.readline()):
                waiting = b""
                self.heard.append(line.decode().strip())
                step = line.split()[0].decode().upper()
                reply = self.say(client, step)
                if step == "DATA" and reply.startswith("354"):
                    reply, waiting = self.take(client, lines)

    def take(self, client, lines):
        """Take the content in; return the answer to the dot, and a command that was read before it."""
        body = []
        while (line := lines.readline()) != b".\r\n":
            body.append(line)
            if not line or self.replies.get("body") == CLOSE:
                return "", b""
        self.bodies.append(b"".join(body))
        reply = self.answer("dot")
        if reply != AFTER_NEXT:
            return self.tell(client, reply), b""
        waiting = lines.readline()
        return self.tell(client, "250 bien"), waiting


@contextmanager
def scripted_server(**replies):
    """Run a server that answers as told, each client in a thread of its own."""
    script = Script(replies)
    with socket.create_server(("localhost", 0)) as listener, ThreadPoolExecutor(16) as threads:
        script.port = listener.getsockname()[1]
        threads.submit(_listen, script, listener, threads)
        try:
            yield script
        finally:
            script.over.set()
            listener.shutdown(socket.SHUT_RDWR)


def _listen(script, listener, threads):
    with suppress(OSError):  # the listener is shut down when the test is over
        while True:
            client, _ = listener.accept()
            script.connections += 1
            threads.submit(_serve, script, client)


def _serve(script, client):
    client.settimeout(10)
    with client, suppress(OSError):
        script.talk(client)
