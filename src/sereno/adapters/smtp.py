"""Hand deliveries to an SMTP relay, over a few connections at once.

What an answer means depends on the step that it answers:

    step                        4xx                   5xx                   lost, silent, 421, or any other
    --------------------------  --------------------  --------------------  --------------------------------
    connect, EHLO, STARTTLS,    this connection is    this connection is    this connection is given up *
    AUTH                        given up *            given up *
    MAIL                        deferred, and         deferred, and         not tried: once more over a new
                                RelayUnavailable      RelayUnavailable;     connection, if this one had been
                                                      552 (size): dead      used before; else given up *
    RCPT, some recipients       accepted; those are   accepted; those are   deferred **
                                noted as refused      noted as refused
    RCPT, all of them           deferred, if any;     dead; all are noted   deferred **
                                all are noted
    DATA, to the last slice of  deferred              dead                  deferred **
    the content
    the slice with the dot      deferred              dead                  unknown **; 421: deferred

    *  A relay may limit a client's connections: while others work, they go on; without any, RelayUnavailable.
    ** The next goes over a new connection; a second loss in a row is RelayUnavailable (and no attempt, if no
       content had left).

RelayUnavailable is raised once every connection has ended what it had in hand.
A 2xx to DATA, a 3xx to RCPT, and what is no answer at all, show a conversation that is out of step: a loss.
Sources: RFC 5321 (3.8, 4.2.1, 4.5.2, 4.5.3.2), 1870 (SIZE), 2920 (PIPELINING), 3207 (STARTTLS), 4954 (AUTH),
6152 (8BITMIME), 6531 (SMTPUTF8).
"""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from threading import Event

from sereno.adapters.smtp_connection import SmtpAccount
from sereno.adapters.smtp_line import Line, RelayAtFault
from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Attempt, Delivery
from sereno.engine.journal_ports import Journal

IN_HAND = 8
"""Deliveries asked for ahead, for each connection: fewer than may be claimed, so that claims are batches."""
PATIENCE = 10.0
"""Seconds that connections get to end what they have in hand, when nobody waits for it any more."""

_News = Attempt | Line | Future[None]
"""An attempt that ended, a line to which the relay talks, a line's end."""


class SmtpRelay:
    """Deliver over SMTP."""

    def __init__(
        self, account: SmtpAccount, connections: int = 4, messages_per_connection: int = 100
    ) -> None:
        self._account = account
        self._connections = connections
        self._per_connection = messages_per_connection

    def deliver(self, deliveries: Iterable[Delivery], journal: Journal) -> Generator[Attempt]:
        """Try each delivery, in any order; without any, do not connect.

        Raises RelayUnavailable, and what the journal raises, after every end that is known: what was asked
        for and has no end was not sent.
        """
        switchboard = _Switchboard(self._account, journal, self._connections, self._per_connection)
        try:
            yield from switchboard.run(iter(deliveries))
        finally:
            switchboard.leave()


class _Switchboard:
    """Keep lines busy, and hear what they tell."""

    def __init__(self, account: SmtpAccount, journal: Journal, connections: int, per_connection: int) -> None:
        self._line = (account, journal, per_connection)
        self._room = IN_HAND * connections
        self._most = connections
        self._to_do: SimpleQueue[Delivery | None] = SimpleQueue()
        self._news: SimpleQueue[_News] = SimpleQueue()
        self._stop = Event()
        self._threads = ThreadPoolExecutor(connections, "smtp")
        self._lines: dict[Future[None], Line] = {}
        self._in_hand = 0  # asked for, and not ended
        self._proven = False  # the relay has talked to us
        self._more = True  # deliveries to be asked for
        self._dismissed = False
        self._trouble: BaseException | None = None

    def run(self, deliveries: Iterator[Delivery]) -> Iterator[Attempt]:
        """Ask for deliveries and yield attempts; each that is known is yielded before more is asked for."""
        while True:
            yield from self._hear()
            if self._more and not self._trouble and self._in_hand < self._room:
                self._ask(deliveries)
            elif self._lines:
                yield from self._wait()
            else:
                break
        if self._trouble is not None:
            raise self._trouble

    def leave(self) -> None:
        """End the lines; what they have in hand gets some time to be known, and then is cut off."""
        self._halt()
        patience = min(PATIENCE, self._line[0].timeout)
        busy = wait(self._lines, patience).not_done
        if busy:
            for line in busy:
                self._lines[line].cut()
            busy = wait(busy, patience).not_done
        self._threads.shutdown(wait=not busy)  # one that is still connecting ends at its timeout

    def _hear(self) -> Iterator[Attempt]:
        while not self._news.empty():
            yield from self._heed(self._news.get())

    def _wait(self) -> Iterator[Attempt]:
        if not self._in_hand:
            self._dismiss()
        yield from self._heed(self._news.get())

    def _heed(self, news: _News) -> Iterator[Attempt]:
        if isinstance(news, Attempt):
            self._in_hand -= 1
            yield news
        elif isinstance(news, Line):
            self._proven = True
            self._grow()
        else:
            self._line_ended(news)

    def _ask(self, deliveries: Iterator[Delivery]) -> None:
        delivery = next(deliveries, None)
        if delivery is None:
            self._more = False
            return
        self._in_hand += 1
        self._to_do.put(delivery)
        self._grow()

    def _grow(self) -> None:
        """Open a line for every two deliveries in hand; but only one until the relay has talked to us.

        And none once the lines were told to end: nobody would tell it, and there may be nothing for it to do.
        """
        if self._dismissed:
            return
        most = self._most if self._proven else 1
        while len(self._lines) < most and self._in_hand > 2 * len(self._lines):
            line = Line(*self._line, self._to_do, self._news, self._stop)
            future = self._threads.submit(line.work)
            self._lines[future] = line
            future.add_done_callback(self._news.put)

    def _line_ended(self, line: Future[None]) -> None:
        del self._lines[line]
        error = line.exception()
        if error is None:
            return
        if isinstance(error, RelayUnavailable) and not isinstance(error, RelayAtFault):
            self._most = max(1, len(self._lines))
            if self._lines or not self._in_hand:
                return
        self._trouble = self._trouble or error
        self._halt()

    def _halt(self) -> None:
        """Have lines end what they have in hand, and begin nothing more."""
        self._stop.set()
        self._dismiss()

    def _dismiss(self) -> None:
        if not self._dismissed:
            self._dismissed = True
            for _ in self._lines:
                self._to_do.put(None)
