"""Speak SMTP over one connection: what opens a delivery's transaction, its content, and the answers.

Where the relay offers PIPELINING, what opens a transaction leaves in one write, behind the content of the one
before: one round trip a message (RFC 2920, 3.1: content may open a group).
"""

import smtplib
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from sereno.adapters.smtp_connection import LOST, SmtpAccount, one_line
from sereno.domain.outbox import Attempt, Delivery, Verdict

Reply = tuple[int, bytes]
Stage = Literal["mail", "recipients", "content", "dot"]
"""What is awaited, or on its way: the answer to MAIL; to RCPT and DATA; the content; its final dot."""

_SLICE = 65536  # the timeout is for each slice of a body, so that a slow line is not taken for a silent one
_LINE = 8192  # bytes of an answer's line; RFC 5321 asks for 512, and some say more
_LINES = 200  # of an answer
_FAREWELL = 5.0  # seconds that the relay may take to say goodbye
_RSET, _DATA, _QUIT = b"RSET\r\n", b"DATA\r\n", b"QUIT\r\n"


class Refused(Exception):
    """End the attempt at a delivery; the conversation goes on."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.answer)
        self.attempt = attempt


class SenderRefused(Refused):
    """End the attempt, and the conversation: the next would fare no better."""


@dataclass(frozen=True, slots=True)
class Commands:
    """Hold what opens a delivery's transaction."""

    mail: bytes
    rcpt: tuple[bytes, ...]

    @property
    def lines(self) -> tuple[bytes, ...]:
        """Return them in order."""
        return (self.mail, *self.rcpt, _DATA)


class Conversation:
    """Hold a connection that is ready for mail."""

    def __init__(self, connection: smtplib.SMTP, account: SmtpAccount) -> None:
        if connection.sock is None or connection.file is None:
            raise smtplib.SMTPServerDisconnected("closed")
        self.features: Mapping[str, str] = connection.esmtp_features
        self.pipelines = "pipelining" in self.features
        self.stage: Stage = "mail"
        self.used = False
        """An attempt has ended on it."""
        self.lost = False
        """It is of no more use."""
        self._connection = connection
        self._account = account
        self._sock, self._lines = connection.sock, connection.file
        self._ahead = 0  # commands that have left already, still to be asked
        self._unclean = False  # a transaction that failed is still open

    def open(self, delivery: Delivery, commands: Commands) -> dict[str, str]:
        """Have sender, recipients and DATA accepted; return refused recipients, with the relay's words.

        Raises Refused, SenderRefused, or LOST.
        """
        self.stage = "mail"
        if self.pipelines and not self._ahead:
            self._send_group((_RSET, *commands.lines) if self._unclean else commands.lines)
        if self._unclean:
            self._reset()
        self._mail(delivery, commands.mail)
        self.stage = "recipients"
        refused = self._rcpt(delivery, commands.rcpt)
        self._data(delivery)
        self.stage = "content"
        return refused

    def send(self, data: bytes, following: Commands | None) -> None:
        """Hand over the content and its final dot, and behind it what opens the next; raise LOST."""
        last = self._send_slices(stuffed(data)) + (b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
        self.stage = "dot"  # from here on, the dot may have left
        self._send_group(following.lines if following else (), last)

    def verdict(self, delivery: Delivery, refused: Mapping[str, str]) -> Attempt:
        """Wait for the answer to the final dot, which makes the message the relay's; raise LOST."""
        self._sock.settimeout(self._account.data_timeout)
        reply = self._reply()
        self._sock.settimeout(self._account.timeout)
        words = one_line(*reply)
        self.lost = reply[0] == 421
        if _is_yes(reply):
            return Attempt(delivery.id, "accepted", words, refused)
        if _is_no(reply):
            return Attempt(delivery.id, _verdict(reply), words, refused)
        raise smtplib.SMTPResponseException(*reply)

    def quit(self) -> None:
        """Take leave of the relay, where it is listening."""
        if not (self.lost or self._ahead):
            with suppress(*LOST):
                self._sock.settimeout(min(self._account.timeout, _FAREWELL))
                self._sock.sendall(_QUIT)
                self._reply()

    def close(self) -> None:
        """Close without a word."""
        self._connection.close()

    def cut(self) -> None:
        """End the wait for an answer, from another thread."""
        with suppress(OSError):
            socket.socket.shutdown(
                self._sock, socket.SHUT_RDWR
            )  # TLS's own would pull it from under the reader

    def _mail(self, delivery: Delivery, command: bytes) -> None:
        reply = _whole(self._ask(command))
        if _is_yes(reply):
            return
        self._abandon(len(delivery.recipients))
        words = f"MAIL: {one_line(*reply)}"
        if reply[0] == 552:  # too big (RFC 1870), which another message may not be
            raise Refused(Attempt(delivery.id, "dead", words))
        raise SenderRefused(Attempt(delivery.id, "deferred", words))

    def _rcpt(self, delivery: Delivery, commands: tuple[bytes, ...]) -> dict[str, str]:
        replies = [_whole(self._ask(each)) for each in commands]
        refused = {
            each: one_line(*reply)
            for each, reply in zip(delivery.recipients, replies, strict=True)
            if not _is_yes(reply)
        }
        if len(refused) == len(replies):
            self._abandon()
            passing = any(reply[0] < 500 for reply in replies)
            answer = "RCPT: " + "; ".join(f"{each}: {words}" for each, words in refused.items())
            raise Refused(Attempt(delivery.id, "deferred" if passing else "dead", answer, refused))
        return refused

    def _data(self, delivery: Delivery) -> None:
        reply = self._ask(_DATA)
        if reply[0] == 354:
            return
        if reply[0] == 421 or not _is_no(reply):
            raise smtplib.SMTPResponseException(*reply)
        self._unclean = True
        raise Refused(Attempt(delivery.id, _verdict(reply), f"DATA: {one_line(*reply)}"))

    def _abandon(self, more: int = 0) -> None:
        """Hear the answers to what has left already; a relay that waits for content is told there is none."""
        self._unclean = True
        if not self._ahead:
            return
        try:
            for _ in range(more):
                self._ask(b"")
            if self._ask(_DATA)[0] == 354:
                self._sock.sendall(b".\r\n")
                self._reply()
        except LOST:  # the verdict is known: the relay's leave changes nothing about it
            self.lost = True

    def _reset(self) -> None:
        self._unclean = False
        reply = _whole(self._ask(_RSET))
        if not _is_yes(reply):
            raise smtplib.SMTPResponseException(*reply)

    def _ask(self, command: bytes) -> Reply:
        if self._ahead:
            self._ahead -= 1
        else:
            self._sock.sendall(command)
        return self._reply()

    def _send_group(self, commands: tuple[bytes, ...], content: bytes = b"") -> None:
        self._ahead = len(commands)
        self._sock.sendall(content + b"".join(commands))

    def _send_slices(self, body: bytes) -> bytes:
        """Send a large body but for its last slice, and return that."""
        whole = max(0, len(body) - 1) // _SLICE * _SLICE
        if not whole:
            return body
        view = memoryview(body)
        for start in range(0, whole, _SLICE):
            self._sock.sendall(view[start : start + _SLICE])
        return bytes(view[whole:])

    def _reply(self) -> Reply:
        """Read an answer of one line or more; one that is none has the code -1."""
        words: list[bytes] = []
        for _ in range(_LINES):
            line: bytes = self._lines.readline(_LINE)
            if not line:
                raise smtplib.SMTPServerDisconnected("closed")
            if not (line[:3].isdigit() and line[3:4] in b" -\r\n" and line.endswith(b"\n")):
                return -1, line
            words.append(line[4:])
            if line[3:4] != b"-":
                return int(line[:3]), b"".join(words)
        return -1, words[0]


def commands_for(delivery: Delivery, features: Mapping[str, str]) -> Commands:
    """Write what opens a delivery's transaction; raise Refused where this relay can never take it."""
    sender = delivery.message.envelope.sender
    for each in (sender, *delivery.recipients):
        if not each.isprintable():
            raise _dead(delivery, f"La dirección {each!r} lleva un carácter de control.")
    mail = f"MAIL FROM:<{sender}>{_options(delivery, features)}\r\n"
    return Commands(mail.encode(), tuple(f"RCPT TO:<{each}>\r\n".encode() for each in delivery.recipients))


def stuffed(data: bytes) -> bytes:
    """Double the dot that opens a line, for the way (RFC 5321, 4.5.2)."""
    more = data.replace(b"\n.", b"\n..")  # the same object where there is none
    return b"." + more if more.startswith(b".") else more


def _options(delivery: Delivery, features: Mapping[str, str]) -> str:
    """Write MAIL's parameters (RFC 1870, 6152, 6531)."""
    plain = delivery.message.data.isascii()
    utf8 = _needs_utf8(delivery, plain=plain)
    if utf8 and "smtputf8" not in features:
        raise _dead(
            delivery,
            "El servidor no admite direcciones con letras que no sean ASCII (SMTPUTF8). No se ha enviado.",
        )
    if not (plain or utf8 or "8bitmime" in features):
        raise _dead(
            delivery,
            "El servidor no admite textos con letras que no sean ASCII (8BITMIME). No se ha enviado.",
        )
    size = _size(delivery, features["size"]) if "size" in features else ""
    return size + (" SMTPUTF8" if utf8 else "") + ("" if plain else " BODY=8BITMIME")


def _needs_utf8(delivery: Delivery, *, plain: bool) -> bool:
    message = delivery.message
    if not all(map(str.isascii, (message.envelope.sender, *delivery.recipients))):
        return True
    return not (plain or message.data[: message.data.find(b"\r\n\r\n")].isascii())  # in its headers


def _size(delivery: Delivery, most: str) -> str:
    size = len(delivery.message.data)
    if most.isdecimal() and 0 < int(most) < size:
        raise _dead(delivery, f"Ocupa {size} bytes y el servidor admite {most} (SIZE). No se ha enviado.")
    return f" SIZE={size}"


def _dead(delivery: Delivery, why: str) -> Refused:
    return Refused(Attempt(delivery.id, "dead", why))


def _whole(reply: Reply) -> Reply:
    """Return an answer after which the conversation can go on."""
    if reply[0] == 421 or not (_is_yes(reply) or _is_no(reply)):
        raise smtplib.SMTPResponseException(*reply)
    return reply


def _is_yes(reply: Reply) -> bool:
    return 200 <= reply[0] < 300


def _is_no(reply: Reply) -> bool:
    return 400 <= reply[0] < 600


def _verdict(reply: Reply) -> Verdict:
    return "dead" if reply[0] >= 500 else "deferred"
