"""Make registers of nonconformities as large as asked, to measure on: invented, the same for the same sizes.

As in real ones, a record holds more than we read: the last four columns of each large table are nobody's.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2026, 11, 24)
TASKS_EACH = 4
"""Tasks of a nonconformity, two for each of its two actions."""
QUALITY_OWNERS = 12
DOSSIERS = 400
RECENT = 800
"""Closed ones of the last two months, however long the history."""
UNCHECKED = 100
"""Closed ones that wait for their check of effectiveness, however long the history."""
OLD = 3600
"""Days over which the others were closed, or planned again."""

UNREAD = "Observaciones TEXT, UsuarioAlta TEXT, FechaAlta TEXT, UltimoCambio TEXT"
TABLES = {
    "no_conformidades": {
        "TbNoConformidades": (
            "IDNoConformidad INTEGER PRIMARY KEY, CodigoNoConformidad TEXT, Nemotecnico TEXT,"
            " DESCRIPCION TEXT, RESPONSABLECALIDAD TEXT, RESPONSABLETELEFONICA TEXT, FECHAAPERTURA TEXT,"
            " FPREVCIERRE TEXT, FECHACIERRE TEXT, FechaPrevistaControlEficacia TEXT,"
            " FechaControlEficacia TEXT, RequiereControlEficacia TEXT, Borrado INTEGER, IDExpediente INTEGER,"
            f" {UNREAD}"
        ),
        "TbNCAccionCorrectivas": (
            "IDAccionCorrectiva INTEGER PRIMARY KEY, IDNoConformidad INTEGER, AccionCorrectiva TEXT,"
            f" {UNREAD}"
        ),
        "TbNCAccionesRealizadas": (
            "IDAccionRealizada INTEGER PRIMARY KEY, IDAccionCorrectiva INTEGER, AccionRealizada TEXT,"
            " Responsable TEXT, FechaInicio TEXT, FechaFinPrevista TEXT, FechaFinReal TEXT,"
            f" {UNREAD}"
        ),
        "TbReplanificacionesProyecto": "IDReplanificacion INTEGER PRIMARY KEY, FechaReprogramacion TEXT",
    },
    "expedientes": {"TbExpedientes": "IDExpediente INTEGER PRIMARY KEY, Nemotecnico TEXT"},
    "lanzadera": {
        "TbUsuariosAplicaciones": (
            "Id INTEGER PRIMARY KEY, UsuarioRed TEXT, Nombre TEXT, CorreoUsuario TEXT, FechaBaja TEXT,"
            " ParaTareasProgramadas INTEGER"
        ),
        "TbUsuariosAplicacionesPermisos": (
            "CorreoUsuario TEXT, IDAplicacion INTEGER, EsUsuarioAdministrador INTEGER,"
            " EsUsuarioCalidad INTEGER"
        ),
    },
}
INDEXES = (
    ("TbNoConformidades", "FECHACIERRE"),
    ("TbNoConformidades", "FECHAAPERTURA"),
    ("TbNoConformidades", "RESPONSABLETELEFONICA"),
    ("TbNoConformidades", "RequiereControlEficacia, FechaControlEficacia"),
    ("TbNCAccionCorrectivas", "IDNoConformidad"),
    ("TbNCAccionesRealizadas", "IDAccionCorrectiva"),
    ("TbNCAccionesRealizadas", "FechaFinReal"),
    ("TbReplanificacionesProyecto", "FechaReprogramacion"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """Say how much there is."""

    actions: int
    """Tasks in all, done or not."""
    open: int
    """Those that are not."""
    engineers: int
    indexed: bool = True


def make_registers(folder: Path, size: Size) -> dict[str, str]:
    """Write the three registers that the monitor reads into a new folder; return their URLs by name."""
    folder.mkdir(parents=True)
    for register, tables in TABLES.items():
        with closing(sqlite3.connect(folder / f"{register}.sqlite")) as database, database:
            for table, columns in tables.items():
                declared = columns if size.indexed else columns.replace(" PRIMARY KEY", "")
                database.execute(f"CREATE TABLE {table} ({declared})")
                _insert(database, table, columns.count(",") + 1, _ROWS[table](size))
            if size.indexed and register == "no_conformidades":
                for number, (table, column) in enumerate(INDEXES):
                    database.execute(f"CREATE INDEX i{number} ON {table} ({column})")
                database.execute("ANALYZE")
    return {register: f"sqlite:///{folder / register}.sqlite" for register in TABLES}


def engineer(number: int) -> str:
    """Return an engineer's login."""
    return f"ing{number:04d}"


def _insert(database: sqlite3.Connection, table: str, width: int, rows: Iterator[Sequence[object]]) -> None:
    database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def _records(size: Size) -> Iterator[tuple[int, bool]]:
    """Give each nonconformity its number, history and open ones mixed, and say which are open."""
    count, alive = size.actions // TASKS_EACH, size.open // TASKS_EACH
    for number in range(count):
        yield number, (number + 1) * alive // count > number * alive // count


def _nonconformities(size: Size) -> Iterator[Sequence[object]]:
    opened = 0
    for number, is_open in _records(size):
        opened += is_open
        checked = number % 10 == 0
        waits = number % (size.actions // TASKS_EACH // UNCHECKED) == 0
        closed = None if is_open else _closed(number, size)
        yield (
            number,
            f"NC-{number:06d}",
            f"PROY-{number % 97}",
            f"Conector fuera de tolerancia en el lote {number % 1013}, detectado en la recepción",
            f"cal{number % QUALITY_OWNERS:04d}",
            engineer((opened if is_open else number) % size.engineers),
            _day(number % 200 + 90 if is_open else number % OLD + 120),
            _day(20 - number % 120) if is_open else closed,
            closed,
            _day(number % 400 - 40) if checked else None,
            None if is_open or waits or not checked else closed,
            "Sí" if checked or waits else "No",
            int(number % 211 == 0),
            number % DOSSIERS,
            *_unread(number),
        )


def _actions(size: Size) -> Iterator[Sequence[object]]:
    for number, _ in _records(size):
        for at in range(2):
            yield (
                number * 2 + at,
                number,
                f"Revisar el procedimiento {number % 89} y formar al personal",
                *_unread(number),
            )


def _tasks(size: Size) -> Iterator[Sequence[object]]:
    for number, is_open in _records(size):
        ended = None if is_open else _closed(number, size)
        for at in range(TASKS_EACH):
            task = number * TASKS_EACH + at
            yield (
                task,
                number * 2 + at // 2,
                f"Redactar la instrucción {task % 997} y repartirla por los puestos",
                engineer(task % size.engineers),
                _day(150) if is_open else ended,
                # From a month ago to three months ahead: nearly two in five are in one of the bands.
                _day(30 - (number // 3 + at * 31) % 120) if is_open else ended,
                ended,
                *_unread(task),
            )


def _replannings(_size: Size) -> Iterator[Sequence[object]]:
    for number in range(10_000):
        yield number, _day(number % OLD)


def _dossiers(_: Size) -> Iterator[Sequence[object]]:
    for number in range(DOSSIERS):
        yield number, f"EXP-{number:03d}"


def _people(size: Size) -> Iterator[Sequence[object]]:
    logins = [engineer(number) for number in range(size.engineers)]
    logins += [f"cal{number:04d}" for number in range(QUALITY_OWNERS)] + ["jefe"]
    for number, login in enumerate(logins):
        yield number, login, f"Nombre de {login.capitalize()}", f"{login}@example.com", None, 1


def _permissions(_: Size) -> Iterator[Sequence[object]]:
    for number in range(QUALITY_OWNERS):
        yield f"cal{number:04d}@example.com", 8, 0, 1
    yield "jefe@example.com", 8, 1, 0


def _closed(number: int, size: Size) -> str:
    every = size.actions // TASKS_EACH // RECENT
    return _day(number // every % 60 if number % every == 1 else number % OLD + 61)


def _unread(number: int) -> tuple[str, str, str, str]:
    when = f"{_day(number % OLD)} 10:20:30"
    remark = (
        f"Se informa al responsable y se acuerda con él el plazo; véase el acta {number % 499} de la reunión."
    )
    return remark, f"adm{number % 7}", when, when


def _day(ago: int) -> str:
    return (TODAY - timedelta(ago)).isoformat()


_ROWS = {
    "TbNoConformidades": _nonconformities,
    "TbNCAccionCorrectivas": _actions,
    "TbNCAccionesRealizadas": _tasks,
    "TbReplanificacionesProyecto": _replannings,
    "TbExpedientes": _dossiers,
    "TbUsuariosAplicaciones": _people,
    "TbUsuariosAplicacionesPermisos": _permissions,
}
