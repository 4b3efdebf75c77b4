"""Hand messages to an SMTP relay, one after another over one connection.

What an answer means depends on the step that it answers:

    step                        4xx                   5xx                   lost, silent, or 421
    --------------------------  --------------------  --------------------  --------------------------------
    connect, EHLO, STARTTLS,    RelayUnavailable      RelayUnavailable      RelayUnavailable
    AUTH
    MAIL                        RelayUnavailable      RelayUnavailable;     RelayUnavailable; but first once
                                                      552 (size): dead      more over a new connection, if
                                                                            this one had been used before
    RCPT, some recipients       accepted; those are   accepted; those are   deferred *
                                noted as refused      noted as refused
    RCPT, all of them           deferred, if any;     dead; all are noted   deferred *
                                all are noted
    DATA, to the end of the     deferred              dead                  deferred *
    body
    the final dot               deferred              dead                  unknown (421: deferred)

    * The next message goes over a new connection; a second loss in a row is RelayUnavailable.

Any other reply is taken for 4xx, but after the final dot for unknown; one without a number, for a loss.
The dot is sent apart from the body: only so is it certain that what broke off before it was not delivered.
Sources: RFC 5321 (3.8, 4.2.1, 4.5.2, 4.5.3.2), 1870 (SIZE), 3207 (STARTTLS), 4954 (AUTH), 6531 (SMTPUTF8).
"""

import re
import smtplib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

from sereno.adapters.smtp_connection import LOST, SmtpAccount, complaint, connect, explain, one_line, step
from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Delivery, Message, Verdict

_Reply = tuple[int, bytes]

_SLICE = 65536  # the timeout is for each slice of a body, so that a slow line is not taken for a silent one


class SmtpRelay:
    """Deliver over SMTP."""

    def __init__(self, account: SmtpAccount) -> None:
        self._account = account

    def deliver(self, messages: Iterable[Message]) -> Iterator[Delivery]:
        """Try each message, in order, over a reused connection; without messages, do not connect.

        Raises RelayUnavailable: the message in hand and those after it were not sent.
        """
        line = _Line(self._account)
        losses = 0
        try:
            for message in messages:
                delivery, lost = _attempt(line, message)
                losses = losses + 1 if lost else 0
                if losses > 1:
                    raise RelayUnavailable(delivery.answer)
                yield delivery
        finally:
            line.quit()


class _Refusal(Exception):
    """End the attempt at one message, with its verdict."""

    def __init__(self, verdict: Verdict, answer: str, refused: Mapping[str, str] | None = None) -> None:
        super().__init__(answer)
        self.verdict = verdict
        self.answer = answer
        self.refused = refused or {}


class _Line:
    """Hold the connection in use, and open another when it is gone."""

    def __init__(self, account: SmtpAccount) -> None:
        self.account = account
        self._connection: smtplib.SMTP | None = None

    def begin(self, message: Message) -> smtplib.SMTP:
        """Open a transaction; a relay may have closed a connection that was idle, or in use for long."""
        if self._connection is not None:
            with suppress(*LOST):
                return _mail(self._connection, message, self.account)
            self.drop()
        self._connection = connect(self.account)
        with step(self.account, "MAIL"):
            return _mail(self._connection, message, self.account)

    def reset(self) -> None:
        """Clear away a transaction that failed."""
        if self._connection is not None:
            try:
                _whole(self._connection.rset())
            except LOST:
                self.drop()

    def drop(self) -> None:
        """Close without a word."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def quit(self) -> None:
        """Take leave of the relay."""
        if self._connection is not None:
            with suppress(*LOST):
                self._connection.quit()
        self.drop()


def _attempt(line: _Line, message: Message) -> tuple[Delivery, bool]:
    """Send one message; tell also whether the connection was lost before the final dot."""
    try:
        connection = line.begin(message)
        refused = _rcpt(connection, message.envelope.recipients)
        _data(connection, message.data)
        answer = _final_dot(connection, line.account)
    except _Refusal as refusal:
        line.drop() if refusal.verdict == "unknown" else line.reset()
        return Delivery(message.id, refusal.verdict, refusal.answer, refusal.refused), False
    except LOST as error:
        line.drop()
        why = complaint(line.account, "antes del punto final", explain(error, line.account))
        return Delivery(message.id, "deferred", why, {}), True
    return Delivery(message.id, "accepted", answer, refused), False


def _mail(connection: smtplib.SMTP, message: Message, account: SmtpAccount) -> smtplib.SMTP:
    reply = _whole(connection.mail(message.envelope.sender, _mail_options(connection, message)))
    if reply[0] == 552:
        raise _Refusal("dead", f"MAIL: {one_line(*reply)}")
    if not _is_yes(reply):
        problem = f"no admite al remitente {message.envelope.sender} («{one_line(*reply)}»)."
        raise RelayUnavailable(
            complaint(account, "MAIL", f"{problem} Revise MAIL_FROM, MAIL_DOMAIN y la cuenta.")
        )
    return connection


def _mail_options(connection: smtplib.SMTP, message: Message) -> list[str]:
    size = [f"SIZE={len(message.data)}"] if connection.has_extn("size") else []
    if message.data.isascii() and all(
        map(str.isascii, (message.envelope.sender, *message.envelope.recipients))
    ):
        return size
    if not connection.has_extn("smtputf8"):
        raise _Refusal("dead", "El servidor no admite direcciones con letras que no sean ASCII (SMTPUTF8).")
    return [*size, "SMTPUTF8", "BODY=8BITMIME"]


def _rcpt(connection: smtplib.SMTP, recipients: tuple[str, ...]) -> dict[str, str]:
    """Name the recipients; return those that were refused, with the relay's words."""
    replies = {each: _whole(connection.rcpt(each)) for each in recipients}
    refused = {each: reply for each, reply in replies.items() if not _is_yes(reply)}
    said = {each: one_line(*reply) for each, reply in refused.items()}
    if len(refused) == len(replies):
        passing = "deferred" in map(_verdict, refused.values())
        answer = "RCPT: " + "; ".join(f"{each}: {words}" for each, words in said.items())
        raise _Refusal("deferred" if passing else "dead", answer, said)
    return said


def _data(connection: smtplib.SMTP, data: bytes) -> None:
    """Send the bytes as they are, all but the final dot; a dot that opens a line is doubled for the way."""
    reply = _whole(connection.docmd("DATA"))
    if reply[0] != 354:
        raise _Refusal(_verdict(reply), f"DATA: {one_line(*reply)}")
    stuffed = re.sub(rb"(?m)^\.", b"..", data)
    for start in range(0, len(stuffed), _SLICE):
        connection.send(stuffed[start : start + _SLICE])


def _final_dot(connection: smtplib.SMTP, account: SmtpAccount) -> str:
    """Give the message over; return the relay's words, which make it the relay's."""
    try:
        with _patience(connection, account.data_timeout):
            connection.send(b".\r\n")
            reply = connection.getreply()
    except LOST as error:
        raise _Refusal("unknown", "No se sabe si salió: no llegó respuesta al punto final.") from error
    if _is_yes(reply):
        return one_line(*reply)
    if 400 <= reply[0] < 600:
        raise _Refusal(_verdict(reply), one_line(*reply))
    raise _Refusal("unknown", f"No se sabe si salió: al punto final respondió «{one_line(*reply)}».")


@contextmanager
def _patience(connection: smtplib.SMTP, seconds: float) -> Iterator[None]:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)
    yield
    if connection.sock is not None:
        connection.sock.settimeout(connection.timeout)


def _whole(reply: _Reply) -> _Reply:
    """Return a reply after which the conversation can go on."""
    if reply[0] == 421 or reply[0] < 0:
        raise smtplib.SMTPResponseException(*reply)
    return reply


def _is_yes(reply: _Reply) -> bool:
    return 200 <= reply[0] < 300


def _verdict(reply: _Reply) -> Verdict:
    return "dead" if 500 <= reply[0] < 600 else "deferred"
