"""What older scripts left behind: `TbTareas`, when each last ran; `TbNCARAvisos`, which tasks were told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.fetch import fetch, open_register
from sereno.adapters.sources.ports import Source
from sereno.domain.directory import plain
from sereno.domain.findings import Cell, Row
from sereno.engine.golive import Past, PastRun, PastTelling

TASKS = "tareas"
NOTICES = "no_conformidades"
SCHEMA = """
-- register: tareas --
CREATE TABLE TbTareas (Tarea TEXT, Fecha DATE, Realizado FLAG);
-- register: no_conformidades --
CREATE TABLE TbNCARAvisos (
  IDAR INTEGER PRIMARY KEY, IDCorreo15 TEXT, IDCorreo7 TEXT, IDCorreo0 TEXT, Fecha DATE
);
"""
DIGESTS: Mapping[str, tuple[str, str]] = {
    "brassdiario": ("brass", "diario"),
    "expdiario": ("expedientes", "diario"),
    "expedientesdiario": ("expedientes", "diario"),
    "nctecnico": ("no_conformidades", "tecnico"),
    "noconformidadestecnica": ("no_conformidades", "tecnico"),
    "nccalidad": ("no_conformidades", "calidad"),
    "noconformidadescalidad": ("no_conformidades", "calidad"),
    "riesgossemanalestecnicos": ("riesgos", "tecnico"),
    "riesgosdiariostecnicos": ("riesgos", "tecnico"),
    "riesgossemanalescalidad": ("riesgos", "calidad"),
    "riesgosdiarioscalidad": ("riesgos", "calidad"),
    "riesgosmensualescalidad": ("riesgos", "calidad_mensual"),
}
"""The names of the older scripts' tasks, and the digests that they now are."""
SECTIONS: Mapping[str, str] = {"IDCorreo15": "NC-T1", "IDCorreo7": "NC-T2", "IDCorreo0": "NC-T3"}
"""The column that names the mail in which a task was told, and the section that it is now in."""
NO_MAIL: frozenset[Cell] = frozenset({None, "0", "0.0"})


@dataclass(frozen=True, slots=True)
class SourcedLedger:
    """Read an older ledger through the registers' sources."""

    sources: Mapping[str, Source]
    tz: tzinfo
    today: date

    def runs(self) -> Past:
        """Return when each digest was last served."""
        rows, unclear = self._rows(TASKS)
        last: dict[tuple[str, str], date] = {}
        for row in rows:
            if row["Realizado"] == 1:
                name, day = DIGESTS.get(plain(row["Tarea"])), self._past_day(row["Fecha"])
                if name is None:
                    unclear[f"la tarea «{row['Tarea']}» no es ninguno de nuestros informes"] = None
                elif day is None:
                    unclear[f"{row['Tarea']}: su fecha, {row['Fecha']}, falta o es futura"] = None
                else:
                    last[name] = max(day, last.get(name, day))
        return Past(tuple(PastRun(*name, day) for name, day in last.items()), unclear=tuple(unclear))

    def tellings(self) -> Past:
        """Return which tasks were told, each column of mail in the section that it is now."""
        rows, unclear = self._rows(NOTICES)
        found = [telling for row in rows for telling in self._tellings(row)]
        unnamed = sum(row["IDAR"] is None for row in rows)
        if unnamed:
            unclear[f"TbNCARAvisos: {unnamed} avisos sin IDAR"] = None
        return Past(tellings=tuple(found), unclear=tuple(unclear))

    def _tellings(self, row: Row) -> Iterator[PastTelling]:
        """Yield a row's; one without a day that has been counts from today."""
        for column, section in SECTIONS.items():
            if row["IDAR"] is not None and row[column] not in NO_MAIL:
                yield PastTelling(section, int(row["IDAR"]), self._past_day(row["Fecha"]) or self.today)

    def _past_day(self, cell: Cell) -> date | None:
        day = None if cell is None else date.fromisoformat(str(cell))
        return day if day and day <= self.today else None

    def _rows(self, register: str) -> tuple[list[Row], dict[str, None]]:
        """Read a register's table; what was not understood comes in words, each once and in order."""
        (table,) = (table for table in parse_schema(SCHEMA, __name__) if table.register == register)
        names = [column.name for column in table.columns]
        rows: list[Row] = []
        unclear: dict[str, None] = {}
        with open_register(register, self.sources.get(register)) as reader:
            for batch in fetch(reader, table, self.tz):
                rows += (dict(zip(names, cells, strict=True)) for cells in batch.rows)
                unclear |= {f"{d.table} {d.key}, {d.column}: «{d.value}»": None for d in batch.doubts}
        return rows, unclear
