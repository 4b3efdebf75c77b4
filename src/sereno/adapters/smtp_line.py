"""Send one delivery after another over a connection, in a thread, and call again when it is gone."""

from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event

from sereno.adapters.smtp_connection import LOST, SmtpAccount, complaint, connect, explain
from sereno.adapters.smtp_transaction import Commands, Conversation, Refused, SenderRefused, commands_for
from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Attempt, Delivery
from sereno.engine.journal_ports import Journal

UNKNOWN = "No se sabe si salió: no llegó respuesta al punto final. {why}"
_STEPS = {
    "mail": "MAIL",
    "recipients": "RCPT y DATA",
    "content": "al enviar el contenido",
    "dot": "punto final",
}


class RelayAtFault(RelayUnavailable):
    """See to the relay: no line would fare better."""


@dataclass(slots=True)
class Line:
    """Work through what there is to do, until it says `None` or the line is told to stop."""

    account: SmtpAccount
    journal: Journal
    per_connection: int
    to_do: SimpleQueue[Delivery | None]
    ended: "SimpleQueue[Attempt | Line | Future[None]]"
    """Hears of every attempt, and of the line itself once the relay talks to it."""
    stop: Event
    """Nothing more is begun."""
    _hand: Delivery | None = None
    _next: Delivery | None = None  # what opens its transaction has left behind the content in hand
    _commands: Commands | None = None  # that open the transaction of what is in hand, or next
    _losses: int = 0  # in a row
    _over: bool = False
    _talk: Conversation | None = None

    def work(self) -> None:
        """Send whatever comes; what has no end when this ends was not sent, and is there to do again.

        Raises RelayUnavailable when the line is of no use, RelayAtFault when no line is, and what the
        journal raises.
        """
        try:
            while self._has_work():
                self._call()
        finally:
            for each in filter(None, (self._hand, self._next)):
                self.to_do.put(each)

    def cut(self) -> None:
        """End the wait for an answer, from another thread."""
        if self._talk is not None:
            self._talk.cut()

    def _has_work(self) -> bool:
        if self._hand is None and not self._over:
            self._hand = self.to_do.get()
            self._over = self._hand is None
        return self._hand is not None and not self.stop.is_set()

    def _call(self) -> None:
        """Connect, and send as much as one connection carries."""
        connection = connect(self.account)
        try:
            self._talk = talk = Conversation(connection, self.account)
            self._commands = None  # the relay may offer something else this time
            self.ended.put(self)
            self._converse(talk)
            talk.quit()
        finally:
            connection.close()

    def _converse(self, talk: Conversation) -> None:
        for left in reversed(range(self.per_connection)):
            if talk.lost or not self._has_work():
                return
            if self._hand is not None:
                self._attempt(talk, self._hand, last=not left)

    def _attempt(self, talk: Conversation, delivery: Delivery, *, last: bool) -> None:
        try:
            attempt = self._send(talk, delivery, last=last)
        except SenderRefused as refusal:
            self._tell(refusal.attempt)
            raise self._sender_refused(delivery, refusal) from refusal
        except Refused as refusal:
            attempt = refusal.attempt
        except LOST as error:
            self._lose(talk, delivery, error)
            return
        self._losses = 0
        talk.used = True
        self._tell(attempt)

    def _send(self, talk: Conversation, delivery: Delivery, *, last: bool) -> Attempt:
        commands, self._commands = self._commands or commands_for(delivery, talk.features), None
        refused = talk.open(delivery, commands)
        self.journal.begun(delivery.id)
        if talk.pipelines and not last:
            self._look_ahead(talk)
        talk.send(delivery.message.data, self._commands)
        return talk.verdict(delivery, refused)

    def _look_ahead(self, talk: Conversation) -> None:
        """Take the next delivery, if there is one to be had, and write what opens its transaction."""
        while self._next is None and not self.stop.is_set():
            try:
                following = self.to_do.get_nowait()
            except Empty:
                return
            if following is None:
                self._over = True
                return
            try:
                self._commands = commands_for(following, talk.features)
                self._next = following
            except Refused as refusal:
                self._note(refusal.attempt)

    def _lose(self, talk: Conversation, delivery: Delivery, error: BaseException) -> None:
        """Decide about a delivery whose connection was lost; it stays in hand if it was not tried."""
        talk.lost, self._commands = True, None
        why = complaint(self.account, _STEPS[talk.stage], explain(error, self.account))
        if talk.stage == "mail":
            if talk.used:  # a relay may close a connection that was idle, or in use for long
                return
            raise RelayUnavailable(why, delivery.id) from error
        self._losses += 1
        if talk.stage == "dot":
            self._tell(Attempt(delivery.id, "unknown", UNKNOWN.format(why=why)))
        elif talk.stage == "content" or self._losses == 1:
            self._tell(Attempt(delivery.id, "deferred", why))
        if self._losses > 1:
            raise RelayAtFault(why) from error

    def _tell(self, attempt: Attempt) -> None:
        """Tell how the delivery in hand ended, and go on to the next."""
        self._hand, self._next = self._next, None
        self._note(attempt)

    def _note(self, attempt: Attempt) -> None:
        try:
            self.journal.ended(attempt)
        finally:  # a journal that fails makes it no less true
            self.ended.put(attempt)

    def _sender_refused(self, delivery: Delivery, refusal: SenderRefused) -> RelayAtFault:
        sender, words = delivery.message.envelope.sender, refusal.attempt.answer.removeprefix("MAIL: ")
        problem = f"no admite al remitente {sender} («{words}»). Revise MAIL_FROM, MAIL_DOMAIN y la cuenta."
        return RelayAtFault(complaint(self.account, "MAIL", problem))
