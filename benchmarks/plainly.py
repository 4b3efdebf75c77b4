"""The same work written straight: what the product's figures are held against."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from benchmarks.estate import TODAY, engineer

from sereno.adapters.html import catalogue
from sereno.adapters.html.render import template
from sereno.domain.digest import Digest, Line, Section
from sereno.domain.rules import DigestPlan, Monitor
from sereno.domain.writing import badge

OPEN = "nc.Borrado IS NOT 1 AND nc.FECHACIERRE IS NULL"
IN_HAND = (
    "SELECT IDNoConformidad FROM TbNCAccionCorrectivas JOIN TbNCAccionesRealizadas"
    " USING (IDAccionCorrectiva) WHERE FechaFinReal IS NULL"
)
NOT_DIVIDED = (
    "SELECT IDNoConformidad FROM TbNCAccionCorrectivas WHERE IDAccionCorrectiva NOT IN"
    " (SELECT IDAccionCorrectiva FROM TbNCAccionesRealizadas)"
)
TASKS = (
    "FROM TbNCAccionesRealizadas AS tarea JOIN TbNCAccionCorrectivas AS accion USING (IDAccionCorrectiva)"
    f" JOIN TbNoConformidades AS nc USING (IDNoConformidad) WHERE tarea.FechaFinReal IS NULL AND {OPEN}"
)
WAITS = (
    "nc.RequiereControlEficacia = 'Sí' AND nc.FechaControlEficacia IS NULL"
    " AND coalesce(nc.FechaPrevistaControlEficacia, '') <= :d29"
)
DONE = (
    "nc.IDNoConformidad IN (SELECT IDNoConformidad FROM TbNCAccionCorrectivas)"
    f" AND nc.IDNoConformidad NOT IN ({IN_HAND}) AND nc.IDNoConformidad NOT IN ({NOT_DIVIDED})"
)
NC = "nc.IDNoConformidad, nc.Nemotecnico, nc.CodigoNoConformidad, nc.RESPONSABLECALIDAD"
TASK = f"tarea.IDAccionRealizada, {NC}, accion.AccionCorrectiva, tarea.AccionRealizada, tarea.Responsable"
LAST_TASK = (
    "SELECT max(FechaFinReal) FROM TbNCAccionCorrectivas AS accion JOIN TbNCAccionesRealizadas"
    " USING (IDAccionCorrectiva) WHERE accion.IDNoConformidad = nc.IDNoConformidad"
)
FROM_NC = "FROM TbNoConformidades AS nc WHERE nc.Borrado IS NOT 1"
RULES = (
    (
        f"SELECT {NC}, nc.DESCRIPCION, nc.FECHAAPERTURA, nc.FPREVCIERRE {FROM_NC} AND nc.FECHACIERRE IS NULL"
        f" AND nc.FPREVCIERRE <= :d15 AND nc.IDNoConformidad IN ({IN_HAND})"
    ),
    (
        f"SELECT {NC}, nc.DESCRIPCION, nc.FECHACIERRE, nc.FechaPrevistaControlEficacia {FROM_NC}"
        f" AND {WAITS} AND {DONE}"
    ),
    (
        f"SELECT {NC}, nc.DESCRIPCION, nc.FECHAAPERTURA, nc.FPREVCIERRE {FROM_NC} AND nc.FECHACIERRE IS NULL"
        " AND nc.IDNoConformidad NOT IN (SELECT IDNoConformidad FROM TbNCAccionCorrectivas)"
    ),
    f"SELECT {TASK}, tarea.FechaFinPrevista {TASKS} AND tarea.FechaFinPrevista <= :d15",
    (
        f"SELECT accion.IDAccionCorrectiva, {NC}, accion.AccionCorrectiva, nc.FECHAAPERTURA"
        " FROM TbNCAccionCorrectivas AS accion JOIN TbNoConformidades AS nc USING (IDNoConformidad)"
        f" WHERE {OPEN} AND accion.IDAccionCorrectiva NOT IN"
        " (SELECT IDAccionCorrectiva FROM TbNCAccionesRealizadas)"
    ),
    (
        f"SELECT {NC}, nc.DESCRIPCION, ({LAST_TASK}) {FROM_NC} AND nc.FECHACIERRE IS NULL AND {DONE}"
        f" AND NOT ({WAITS})"
    ),
    f"SELECT {TASK} {TASKS} AND tarea.FechaFinPrevista IS NULL",
    f"SELECT {TASK}, tarea.FechaInicio, tarea.FechaFinPrevista, nc.RESPONSABLETELEFONICA {TASKS}",
)
"""One query a rule, NC-Q1 to NC-Q7 and NC-T, on the register as it is."""
NEWLY_DUE = (
    "SELECT nc.CodigoNoConformidad, coalesce(expediente.Nemotecnico, nc.Nemotecnico),"
    " accion.AccionCorrectiva, tarea.AccionRealizada, tarea.FechaInicio, tarea.FechaFinPrevista,"
    " calidad.Nombre, quien.CorreoUsuario, tarea.IDAccionRealizada"
    " FROM TbNCAccionesRealizadas AS tarea JOIN TbNCAccionCorrectivas AS accion USING (IDAccionCorrectiva)"
    " JOIN TbNoConformidades AS nc USING (IDNoConformidad)"
    " JOIN lanzadera.TbUsuariosAplicaciones AS quien ON quien.UsuarioRed = nc.RESPONSABLETELEFONICA"
    " LEFT JOIN lanzadera.TbUsuariosAplicaciones AS calidad ON calidad.UsuarioRed = nc.RESPONSABLECALIDAD"
    " LEFT JOIN expedientes.TbExpedientes AS expediente ON expediente.IDExpediente = nc.IDExpediente"
    f" WHERE tarea.FechaFinReal IS NULL AND {OPEN} AND tarea.FechaFinPrevista <= :d15"
    " ORDER BY tarea.FechaFinPrevista, tarea.IDAccionRealizada"
)
BANDS = (("NC-T3", -100_000, 0), ("NC-T2", 1, 7), ("NC-T1", 8, 15))
DAYS = {f"d{days}": (TODAY + timedelta(days)).isoformat() for days in (15, 29)}


def render_everything(folder: Path, monitor: Monitor) -> dict[str, Digest]:
    """Query once, group by engineer, render each one's page; return what was rendered, by address."""
    theirs: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    with closing(sqlite3.connect(folder / "no_conformidades.sqlite")) as database:
        for register in ("lanzadera", "expedientes"):
            database.execute(f"ATTACH ? AS {register}", (str(folder / f"{register}.sqlite"),))
        for *cells, start, end, owner, address, _ in database.execute(NEWLY_DUE, DAYS):
            days = (date.fromisoformat(end) - TODAY).days
            band = next(name for name, _, last in BANDS if days <= last)
            written = (*cells, _written(start), _written(end), "—", owner)
            theirs[address][band].append(Line(written, badge(days)))
    rule = next(rule for rule in monitor.rules if rule.id == "NC-T")
    plan = next(plan for plan in monitor.digests if plan.name == "tecnico")
    headings = tuple(column.heading for column in rule.columns)
    titles = {band.id: band.title.format_map(monitor.settings) for band in rule.bands}
    digests = {}
    for address, bands in theirs.items():
        sections = [
            Section(name, titles[name], headings, tuple(bands[name]), 6, len(bands[name]))
            for name, _, _ in BANDS
            if name in bands
        ]
        digests[address] = _digest(monitor, plan, sections)
        template().render(digest=digests[address], texts=catalogue)
    return digests


def ask_for_every_rule(folder: Path) -> int:
    """Run one hand-written query a rule; return how many rows there are."""
    with closing(sqlite3.connect(folder / "no_conformidades.sqlite")) as database:
        return sum(len(database.execute(query, DAYS).fetchall()) for query in RULES)


def read_everything(folder: Path) -> int:
    """Read the three tables whole."""
    tables = ("TbNoConformidades", "TbNCAccionCorrectivas", "TbNCAccionesRealizadas")
    with closing(sqlite3.connect(folder / "no_conformidades.sqlite")) as database:
        return sum(len(database.execute(f"SELECT * FROM {table}").fetchall()) for table in tables)


def ask_for_each_engineer(folder: Path, engineers: Iterable[int]) -> int:
    """Run one query an engineer and band, the classic way."""
    query = (
        f"SELECT {TASK}, tarea.FechaFinPrevista {TASKS} AND nc.RESPONSABLETELEFONICA = ?"
        " AND tarea.FechaFinPrevista BETWEEN ? AND ?"
    )
    count = 0
    with closing(sqlite3.connect(folder / "no_conformidades.sqlite")) as database:
        for number in engineers:
            for _, since, until in BANDS:
                span = (_shifted(since), _shifted(until))
                count += len(database.execute(query, (engineer(number), *span)).fetchall())
    return count


def _digest(monitor: Monitor, plan: DigestPlan, sections: Iterable[Section]) -> Digest:
    shown = tuple(sections)
    counts: Mapping[str, int] = {section.title: section.total for section in shown}
    summary = " · ".join(("Primer aviso", *(f"{title}: {count}" for title, count in counts.items())))
    return Digest(monitor.title, plan.title, TODAY, summary, shown, why=plan.why, closing=plan.closing)


def _shifted(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


def _written(day: str) -> str:
    return f"{day[8:10]}/{day[5:7]}/{day[:4]}"
