"""What the engine's tests work with: the real BRASS monitor over given rows, the rest in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sereno.adapters.composing import compose_digest
from sereno.adapters.directory import directory_tables
from sereno.adapters.memory import MemoryClock, MemoryLog, MemorySource, MemoryStore
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.monitors import shipped_monitors
from sereno.adapters.registers import DepartmentRegisters
from sereno.adapters.sources.database import open_source
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.rules import Monitor
from sereno.engine.agenda import Orders
from sereno.engine.rounds import World
from sereno.engine.watch import Report, Request, watch

MADRID = ZoneInfo("Europe/Madrid")
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=MADRID)
(BRASS,) = (monitor for monitor in shipped_monitors() if monitor.name == "brass")

PEOPLE = {
    "TbUsuariosAplicaciones": [
        {
            "Id": 1,
            "UsuarioRed": "ana",
            "Nombre": "Ana Prado",
            "CorreoUsuario": "ana@example.com",
            "ParaTareasProgramadas": "Sí",
        }
    ],
    "TbUsuariosAplicacionesPermisos": [],
    "TbUsuariosAplicacionesTareas": [{"CorreoUsuario": "ANA@example.com", "EsAdministrador": "Sí"}],
}


def equipment(**ends: int | None) -> Mapping[str, list[dict[str, object]]]:
    """Describe instruments by the days, from TUESDAY on, until their certificate ends."""
    names = dict(enumerate(ends, 1))
    return {
        "TbEquiposMedida": [{"IDEquipoMedida": number, "Nombre": name} for number, name in names.items()],
        "TbEquiposMedidaCalibraciones": [
            {
                "IDCalibracion": number,
                "IDEquipoMedida": number,
                "FechaCalibracion": "01/01/2026",
                "FechaFinCalibracion": f"{TUESDAY.date() + timedelta(days=days):%d/%m/%Y}",
            }
            for number, days in enumerate(ends.values(), 1)
            if days is not None
        ],
    }


def no_holidays(_year: int) -> Mapping[date, str]:
    return {}


@dataclass
class Department:
    """A department whose registers, clock and calendar a test can change at will."""

    monitor: Monitor = BRASS
    registers: dict[str, Mapping[str, list[dict[str, object]]] | None] = field(
        default_factory=lambda: {"brass": equipment(caducado=-3, proximo=12, lejano=200), "lanzadera": PEOPLE}
    )
    now: datetime = TUESDAY
    holidays: str = ""
    operators: tuple[str, ...] = ("operador@example.com",)
    trial: bool = False
    audience: str | None = None
    store: MemoryStore = field(default_factory=lambda: MemoryStore(TUESDAY - timedelta(days=1)))
    log: MemoryLog = field(default_factory=MemoryLog)
    ids: count = field(default_factory=lambda: count(1))
    sources: dict[str, object] = field(default_factory=dict)
    """Stand in for the registers of the same name."""

    @property
    def calendar(self) -> Calendar:
        return Calendar(no_holidays, parse_holidays(self.holidays))

    @property
    def orders(self) -> Orders:
        return Orders(
            operators=self.operators,
            blind_send_at=time(12),
            trial=self.trial,
            thresholds=self.monitor.settings,
            audiences={} if self.audience is None else {"diario": self.audience},
            cadences={},
        )

    def round(self, *, force: bool = False, digest: str | None = None) -> Report:
        return watch(self.monitor, Request(force, digest), self.orders, self.world())

    def world(self) -> World:
        clock = MemoryClock(self.now)
        sources = {name: self._source(name, rows) for name, rows in self.registers.items()}
        sources |= self.sources
        return World(
            clock=clock,
            log=self.log,
            store=self.store,
            registers=DepartmentRegisters(sources, clock, MADRID, self.calendar),
            compose=_compose,
            calendar=self.calendar,
            new_id=lambda: f"id{next(self.ids)}",
        )

    def _source(self, name, rows):
        if rows is None:
            return open_source(name, f"sqlite:////nowhere/{name}.sqlite", None, 1.0)
        declared = [table for table in self.monitor.tables if table.register == name]
        return MemorySource([*declared, *directory_tables()], rows)

    def at(self, hour: int, minute: int = 0, *, day: int = 24) -> "Department":
        self.now = datetime(2026, 11, day, hour, minute, tzinfo=MADRID)
        return self


def _compose(digest, letter):
    return compose_digest(digest, letter, SenderPolicy("example.com"))
