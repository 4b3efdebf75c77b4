"""Installations that the console looks at: a real one, and ones in memory of which a test says all."""

from contextlib import contextmanager, nullcontext
from datetime import timedelta

from tests.engine.building import TUESDAY, Department
from tests.engine.post_office import an_office

from sereno.adapters.memory_errands import MemoryErrands
from sereno.adapters.plots import draw_plot
from sereno.adapters.tables import csv_bytes
from sereno.adapters.workbook import write_rows
from sereno.bootstrap.console import reading_of
from sereno.bootstrap.opening import open_site
from sereno.domain.calendar import Calendar, parse_holidays
from sereno.domain.errors import StoreUnavailable
from sereno.engine.agenda import Post
from sereno.engine.standing import Published
from sereno.web.reading import ReadDirectory, Reading, ShownSetting, TriedCase, TriedCases

NOW = TUESDAY + timedelta(hours=1)
PAGES = ("/", "/rondas", "/hallazgos", "/correo", "/personas", "/calendario", "/reglas", "/ajustes")
FROM_STORE = ("/rondas", "/hallazgos", "/correo", "/personas")


def alive(**status) -> Published:
    """Say what the status file of a master says that rests until its next cycle."""
    said = {
        "running": True,
        "timestamp": (NOW - timedelta(minutes=1)).isoformat(),
        "valid_until": (NOW + timedelta(minutes=9)).isoformat(),
        "next_cycle_at": (NOW + timedelta(minutes=4)).isoformat(),
        "pid": 7,
        "host": "aquí",
    }
    return Published(said | status, here=True)


def reading_in_memory(department: Department, published=None, *, now=NOW, **changes) -> Reading:
    facts = {
        "version": "0.1.0",
        "posts": (Post(department.monitor, department.orders),),
        "registers": ("brass", "lanzadera"),
        "now": lambda: now,
        "published": lambda: published or alive(),
        "calendar": lambda: Calendar(lambda _year: {}, parse_holidays(department.holidays)),
        "look_at_store": lambda: nullcontext(department.store),
        "warnings": tuple,
        "settings": lambda: [ShownSetting("MAIL_DOMAIN", "Correo", "example.com", "entorno", written=True)],
        "cases": lambda _monitor, _seconds: TriedCases([TriedCase("BR", "un caso")]),
        "directory": lambda _seconds: ReadDirectory(department.world().registers.directory(), 3),
        "sheet": csv_bytes,
        "draw": draw_plot,
        "change": lambda: nullcontext(department.store),
        "passwords": PlainPasswords(),
        "errands": MemoryErrands(lambda: now),
        "mail_room": lambda store: nullcontext(an_office(store, None, now)),
        "workbook": write_rows,
    }
    return Reading(**{**facts, **changes})


class PlainPasswords:
    """Keep passwords as they are: what a test waits for is not their hashing."""

    def hashed(self, password):
        return f"plain:{password}"

    def fits(self, password, kept):
        return kept == f"plain:{password}"


@contextmanager
def broken_store():
    raise StoreUnavailable("sereno.sqlite: el fichero está dañado")
    yield


def reading_on_disk(installation) -> Reading:
    """Look at an installation as `sereno console` does."""
    file = installation.demo / "demo.env"
    settings = {"SERENO_ENV_FILE": str(file)} if file.exists() else {}
    environ = installation.environ(**settings)
    return reading_of(open_site("check", environ=environ), environ)
