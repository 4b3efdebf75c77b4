"""Open a connection to an SMTP relay, and say in plain words what went wrong with one."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sereno.domain.errors import RelayUnavailable
from sereno.domain.hosts import is_loopback

Security = Literal["none", "starttls", "tls"]

LOST = (smtplib.SMTPException, OSError)
"""What a connection raises that is of no more use."""

_WRONG_NAME = frozenset({62, 64})  # OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_CUT = "cortó la conexión. Revise el servidor y SMTP_SECURITY."
_FAULTS: tuple[tuple[type[BaseException], str], ...] = (  # the first kind that fits
    (
        ssl.SSLCertVerificationError,
        "su certificado no es de confianza ({error.verify_message}). Revise el certificado y SMTP_CA_FILE.",
    ),
    (ssl.SSLError, "no se entiende con Sereno en TLS ({error}). Revise SMTP_SECURITY y SMTP_PORT."),
    (socket.gaierror, "ese nombre no se encuentra en la red. Revise SMTP_HOST y el DNS."),
    (UnicodeError, "eso no es un nombre de servidor. Revise SMTP_HOST."),
    (
        ConnectionRefusedError,
        "nadie atiende en ese puerto. Revise SMTP_HOST y SMTP_PORT, y que el servidor esté en marcha.",
    ),
    (TimeoutError, "no contestó en {account.timeout:g} s. Revise el servidor, la red y SMTP_SECURITY."),
    (
        smtplib.SMTPAuthenticationError,
        "no acepta el usuario o la contraseña («{said}»). Revise SMTP_USER y SMTP_PASSWORD.",
    ),
    (smtplib.SMTPResponseException, "respondió «{said}». Consulte a quien lo administra."),
    (smtplib.SMTPServerDisconnected, _CUT),
    (ConnectionError, _CUT),
    (Exception, "falló ({error}). Revise el servidor y la red."),
)


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Say how the relay is reached."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Certificates to trust; the system's where absent."""
    timeout: float = 30.0
    """Seconds to wait for the relay at each step."""
    data_timeout: float = 600.0
    """Seconds to wait for the answer to the final dot: the relay may look through what it got (RFC 5321)."""
    local_hostname: str | None = None
    """Name given in EHLO; this machine's where absent."""


Passed = Callable[[smtplib.SMTP], None]
"""Hears of each step that went well, in order: greeting (with implicit TLS), EHLO, STARTTLS, AUTH."""


def connect(account: SmtpAccount, passed: Passed = lambda _: None) -> smtplib.SMTP:
    """Connect, make sure of the relay's identity and log in; raise RelayUnavailable."""
    _guard_password(account)
    trust = _trust(account) if account.security != "none" else None
    with step(account, "al conectar"):
        connection = _dial(account, trust)
    try:
        passed(connection)
        _introduce(connection, account, trust, passed)
    except RelayUnavailable:
        connection.close()
        raise
    return connection


def complaint(account: SmtpAccount, where: str, problem: str) -> str:
    """Name the relay and the step at which it failed."""
    return f"Servidor de correo {account.host}:{account.port}, {where}: {problem}"


def explain(error: BaseException, account: SmtpAccount) -> str:
    """Say in Spanish what happened and what to do about it; a password is never part of it."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib hides a timeout behind a disconnection
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _WRONG_NAME:
        return f"su certificado es de otro nombre ({error.verify_message}). Ponga en SMTP_HOST el que lleva."
    sentence = next(text for kind, text in _FAULTS if isinstance(error, kind))
    return sentence.format(error=error, account=account, said=_said(error))


def one_line(code: int, words: bytes | str) -> str:
    """Return a reply's code and words as one line of text; what came without a code, as it came."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join((f"{code} {text}" if code >= 0 else text).split())


@contextmanager
def step(account: SmtpAccount, name: str) -> Iterator[None]:
    """Turn what goes wrong at a step into RelayUnavailable, with a sentence for the operator."""
    try:
        yield
    except (*LOST, UnicodeError) as error:
        raise RelayUnavailable(complaint(account, name, explain(error, account))) from error


def _said(error: BaseException) -> str:
    return (
        one_line(error.smtp_code, error.smtp_error)
        if isinstance(error, smtplib.SMTPResponseException)
        else ""
    )


def _guard_password(account: SmtpAccount) -> None:
    if account.user is None:
        return
    if account.security == "none" and not is_loopback(account.host):
        problem = "no se envía la contraseña sin cifrar. Ponga SMTP_SECURITY=starttls o tls."
        raise RelayUnavailable(complaint(account, "antes de conectar", problem))
    if not f"{account.user}{account.password or ''}".isascii():  # smtplib cannot send them
        problem = "el usuario o la contraseña llevan letras que no son ASCII. Cámbielos por otros sin ellas."
        raise RelayUnavailable(complaint(account, "antes de conectar", problem))


def _trust(account: SmtpAccount) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        problem = f"no se pueden leer los certificados de {account.ca_file} ({error}). Revise SMTP_CA_FILE."
        raise RelayUnavailable(complaint(account, "antes de conectar", problem)) from error


def _dial(account: SmtpAccount, trust: ssl.SSLContext | None) -> smtplib.SMTP:
    host, port, name, timeout = account.host, account.port, account.local_hostname, account.timeout
    if account.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, name, timeout=timeout, context=trust)
    else:
        connection = smtplib.SMTP(host, port, name, timeout)
    if connection.sock is not None:  # or what does not fill a packet would wait for a delayed ACK
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _introduce(
    connection: smtplib.SMTP, account: SmtpAccount, trust: ssl.SSLContext | None, passed: Passed
) -> None:
    with step(account, "EHLO"):
        connection.ehlo_or_helo_if_needed()
    passed(connection)
    if account.security == "starttls":
        _require(connection, account, "STARTTLS", "Pruebe SMTP_SECURITY=tls (suele ser el puerto 465).")
        with step(account, "STARTTLS"):
            connection.starttls(context=trust)
            connection.ehlo_or_helo_if_needed()
        passed(connection)
    if account.user is not None:
        _require(
            connection, account, "AUTH", "Quite SMTP_USER, o use el puerto en que se piden credenciales."
        )
        with step(account, "AUTH"):
            connection.login(account.user, account.password or "")
        passed(connection)


def _require(connection: smtplib.SMTP, account: SmtpAccount, extension: str, advice: str) -> None:
    if not connection.has_extn(extension):
        raise RelayUnavailable(complaint(account, extension, f"no lo ofrece. {advice}"))
