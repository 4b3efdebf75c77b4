"""Queues of mail in a table `TbCorreosEnviados` of any database: read and stamped in short transactions."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, tzinfo

from sqlalchemy import URL, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError

from sereno.adapters.lookout import Look
from sereno.adapters.queues.cells import number_of, row_of
from sereno.adapters.queues.faults import TABLE, explain, hint, unavailable
from sereno.adapters.queues.kinds import PAGE, Database, open_mariadb, open_postgresql, open_sqlite
from sereno.adapters.queues.odbc import open_odbc
from sereno.adapters.queues.phrases import Form, Layout, Phrases, phrases
from sereno.adapters.queues.stamping import by_number, settle
from sereno.domain.errors import QueueUnavailable, RowsUnidentified
from sereno.domain.foreign import QueueRow
from sereno.domain.wallclock import zone_of
from sereno.engine.mail_ports import Stamp

Cells = Sequence[object]
"""Of one row, in the order of COLUMNS."""

BATCH = 100
"""Numbers named in one statement, and stamped in one transaction."""
_TRIES = 3
_REQUIRED = ("IDCorreo", "Aplicacion", "Destinatarios", "Asunto", "Cuerpo", "FechaEnvio")
_DATED: frozenset[Form] = frozenset({"moment", "zoned", "day", "text"})

_KINDS: Mapping[str, Callable[[str, URL, float], Database]] = {
    "sqlite": open_sqlite,
    "postgresql+psycopg": open_postgresql,
    "mysql+pymysql": open_mariadb,
    "mssql+pyodbc": open_odbc,
    "access+pyodbc": open_odbc,
}


def open_queue(origin: str, url: str, password: str | None, tz: tzinfo, timeout: float) -> "TableQueue":
    """Make a queue; nothing is opened, and nothing raised, before it is used.

    `password` replaces the one in the URL. Times without a zone are `tz`'s. `timeout`, in seconds, bounds
    connecting, waiting for a lock, and each statement on a server.
    """
    return TableQueue(origin, url, password, tz, timeout)


class TableQueue:
    """Read and stamp one table; for one thread at a time."""

    def __init__(self, origin: str, url: str, password: str | None, tz: tzinfo, timeout: float) -> None:
        self._origin = origin
        self._url = url
        self._password = password
        self._tz = tz
        self._timeout = timeout
        self._database: tuple[Database, URL] | None = None
        self._phrases: Phrases | None = None

    @property
    def origin(self) -> str:
        """Name the queue."""
        return self._origin

    def pending(self) -> Iterator[Sequence[QueueRow]]:
        """Yield the rows that nobody has stamped, by number.

        What cannot be identified is told at the end, by RowsUnidentified: it stops nothing else.
        """
        self._phrases = None  # columns may have been added since
        strays, last = 0, None
        while page := self._page(last):
            last = page[-1][0]
            rows = self._rows(page)
            strays += len(page) - len(rows)
            if rows:
                yield rows
        if strays := strays + self._unnumbered():
            raise self._unidentified(strays)

    def rows(self, numbers: Collection[int]) -> list[QueueRow]:
        """Return the rows of these numbers that nobody has stamped."""
        return self._rows(self._read(Phrases.waiting, sorted(set(numbers))))

    def stamped(self, rows: Collection[Stamp]) -> frozenset[Stamp]:
        """Return those of these rows that somebody has stamped: whole rows are read for likely ones alone."""
        likely = self._stamped_numbers(list(by_number(rows)))
        stamped = self._rows(self._read(Phrases.stamped, likely))
        return frozenset(rows).intersection((row.number, row.fingerprint) for row in stamped)

    def stamp(self, rows: Collection[Stamp], at: datetime) -> frozenset[Stamp]:
        """Write FechaEnvio, a hundred numbers in a transaction; what fails leaves the earlier stamped."""
        zone_of(at)
        asked = by_number(rows)
        settled: set[Stamp] = set()
        for batch in _batches(list(asked)):
            settled |= self._stamp_batch({number: asked[number] for number in batch}, at)
        return frozenset(settled)

    def examine(self) -> tuple[str, ...]:
        """Make sure that the table is as expected and would take a stamp, writing nothing.

        Returns the columns that would be read and do not exist.
        """
        self._phrases = None
        with self._transaction(writes=True) as (cursor, say):
            cursor.execute(say.stamp_nothing())
            return say.absent

    def look(self) -> Look | None:
        """Say how to look cheaply for waiting rows; None where there is no cheap way, or none can be told."""
        try:
            with self._transaction() as (_, say):
                question = say.any_waiting()
            dial = self._opened()[0].dial()
        except QueueUnavailable:
            return None
        return None if dial is None else Look(self._origin, *dial, question)

    def close(self) -> None:
        """Let go of the database; a later call opens it again."""
        if self._database is not None:
            self._database[0].close()
        self._database = self._phrases = None

    def _page(self, last: object) -> Sequence[Cells]:
        """Read waiting rows after a number, with all the rows of each number."""
        after = last is not None
        with self._transaction() as (cursor, say):
            cursor.execute(say.page(after=after), (last,) if after else ())
            page = [say.arrange(cells) for cells in cursor.fetchmany(PAGE)]
            if len(page) < PAGE:
                return page
            border = page[-1][0]
            whole = [cells for cells in page if cells[0] != border]  # others of that number may follow
            return whole or _fetched(cursor, say, say.waiting(1), (border,))

    def _unnumbered(self) -> int:
        with self._transaction() as (cursor, say):
            cursor.execute(say.unnumbered(), ())
            ((count,),) = cursor.fetchall()
        return int(count)

    def _read(self, phrase: Callable[[Phrases, int], str], numbers: Sequence[int]) -> list[Cells]:
        """Say a phrase on numbers, each hundred in a transaction of its own."""
        read: list[Cells] = []
        for batch in _batches(numbers):
            with self._transaction() as (cursor, say):
                read += _fetched(cursor, say, phrase(say, len(batch)), batch)
        return read

    def _stamped_numbers(self, numbers: Sequence[int]) -> list[int]:
        found: list[object] = []
        for batch in _batches(numbers):
            with self._transaction() as (cursor, say):
                cursor.execute(say.stamped_numbers(len(batch)), tuple(batch))
                found += [cell for (cell,) in cursor.fetchall()]
        return [number for cell in found if (number := number_of(cell)) is not None]

    def _stamp_batch(self, asked: Mapping[int, set[str]], at: datetime) -> frozenset[Stamp]:
        for _ in range(_TRIES):
            with suppress(_Crossed):
                return self._try_to_stamp(asked, at)
        what = f"al sellar {TABLE} cambian otras filas que las debidas, y no se ha sellado ninguna"
        advice = (
            "Se volverá a intentar; si se repite, busque en la tabla un desencadenador (añádale "
            "SET NOCOUNT ON) u otro programa que repita números de IDCorreo"
        )
        raise unavailable(self._origin, what, advice)

    def _try_to_stamp(self, asked: Mapping[int, set[str]], at: datetime) -> frozenset[Stamp]:
        with self._transaction(writes=True) as (cursor, say):
            waiting = self._waiting_locked(cursor, say, list(asked))
            settled = settle(asked, waiting)
            if settled.numbers:
                moment = say.moment(at.astimezone(self._tz))
                cursor.execute(say.stamp(len(settled.numbers)), (moment, *settled.numbers))
                expected = sum(len(waiting[number]) for number in settled.numbers)
                if cursor.rowcount not in {expected, -1}:  # -1: the driver cannot tell
                    raise _Crossed  # a row was inserted under one of the numbers: undo it
        return settled.rows

    def _waiting_locked(
        self, cursor: DBAPICursor, say: Phrases, numbers: Sequence[int]
    ) -> Mapping[int, Sequence[str]]:
        if say.dialect.locks_by_writing:
            cursor.execute(say.lock(len(numbers)), numbers)
        waiting: dict[int, list[str]] = {}
        for row in self._rows(_fetched(cursor, say, say.waiting_locked(len(numbers)), numbers)):
            waiting.setdefault(row.number, []).append(row.fingerprint)
        return waiting

    def _rows(self, read: Sequence[Cells]) -> list[QueueRow]:
        numbered = ((number_of(cells[0]), cells) for cells in read)
        return [row_of(number, cells, self._tz) for number, cells in numbered if number is not None]

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[tuple[DBAPICursor, Phrases]]:
        database, url = self._opened()
        try:
            say = self._phrases = self._phrases or self._understood(database)
            with database.connection() as connection:
                with closing(connection.cursor()) as cursor:
                    if writes and say.dialect.begins:
                        cursor.execute(say.dialect.begins)
                    yield cursor, say
                connection.commit()
        except database.errors as error:
            self._phrases = None
            raise explain(self._origin, url, error, self._timeout) from error

    def _opened(self) -> tuple[Database, URL]:
        if self._database is None:
            url = self._parsed()
            self._database = _KINDS[url.drivername](self._origin, url, self._timeout), url
        return self._database

    def _parsed(self) -> URL:
        try:
            url = make_url(self._url)
        except (ArgumentError, ValueError):  # `from None`: the cause may quote the password
            raise unavailable(self._origin, "su dirección no se entiende", hint(self._origin)) from None
        if url.drivername not in _KINDS:
            what = f"Sereno no sabe usar como cola una dirección «{url.drivername}:»"
            raise unavailable(self._origin, what, hint(self._origin))
        return url if self._password is None else url.set(password=self._password)

    def _understood(self, database: Database) -> Phrases:
        layout = database.layout()
        for what, advice in _wrong(layout):
            raise unavailable(self._origin, what, advice)
        return phrases(database.dialect, layout)

    def _unidentified(self, count: int) -> RowsUnidentified:
        return RowsUnidentified(
            f"{self._origin}: {TABLE} tiene sin enviar {count} {'fila' if count == 1 else 'filas'} cuyo "
            "IDCorreo está vacío o no es un número entero: no se puede saber cuáles son, y su correo no se "
            "envía. Numérelas, o bórrelas; el resto de la cola se atiende."
        )


class _Crossed(Exception):
    """Try again: another program inserted while rows were being stamped."""


def _wrong(layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield what makes a table unfit for a queue, and what to do."""
    missing = [column for column in _REQUIRED if layout.spelt(column) is None]
    if missing:
        yield (
            f"a la tabla {TABLE} le faltan columnas: {', '.join(missing)}",
            "Añádalas, o corrija sus nombres",
        )
        return
    if layout.form("IDCorreo") != "number":
        yield f"la columna IDCorreo de {TABLE} no es de números", "Dele un tipo de números enteros"
    if layout.form("FechaEnvio") not in _DATED:
        what = f"la columna FechaEnvio de {TABLE} no es de fechas ni de texto, y no se puede sellar"
        yield what, "Dele un tipo de fecha y hora"


def _batches(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))


def _fetched(cursor: DBAPICursor, say: Phrases, phrase: str, numbers: Sequence[object]) -> list[Cells]:
    cursor.execute(phrase, tuple(numbers))
    return [say.arrange(cells) for cells in cursor.fetchall()]
