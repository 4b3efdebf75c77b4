"""Where a user's own monitors are made, looked through and tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sereno.adapters.cases import read_cases, try_case
from sereno.adapters.lint import lint_monitor
from sereno.adapters.monitors import load_monitor, shipped_folders
from sereno.domain.errors import Fault, FaultyInput, RuleFailed, SettingsError

NAME = re.compile(r"[a-z][a-z0-9_]*")
SKELETON = ("monitor.toml", "schema.sql", "queries.sql", "cases.toml")
UNSET = Fault(
    "MONITORS_DIR", "no está definida", "la carpeta de sus monitores; p. ej. MONITORS_DIR=monitores"
)


@dataclass(frozen=True, slots=True)
class Tried:
    """Tell how a case ended."""

    case: str
    rule: str
    differences: tuple[str, ...]
    """None: it holds."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Work on monitors in the folder of a user's own."""

    folder: Path | None
    reserved: frozenset[str]
    """Names that they may not have, beside those of the monitors that ship."""

    def lint(self, folder: Path) -> tuple[Fault, ...]:
        """Say what is wrong with a monitor, wherever it lies."""
        return lint_monitor(folder.resolve())

    def try_cases(self, folder: Path) -> Iterator[Tried]:
        """Try a monitor's cases one by one; raise MonitorError where it or they cannot be read."""
        monitor = load_monitor(folder.resolve())
        for case in read_cases(folder.resolve(), monitor):
            try:
                differences = try_case(monitor, case)
            except RuleFailed as error:
                differences = (str(error),)
            yield Tried(case.name, case.rule, differences)

    def make(self, name: str) -> Path:
        """Write a small monitor that works; raise SettingsError and FaultyInput where that cannot be."""
        if self.folder is None:
            raise SettingsError((UNSET,))
        made = self.folder / name
        for found, expected in self._refusals(name, made):
            raise FaultyInput((Fault(name, found, expected),))
        made.mkdir(parents=True)
        for file in SKELETON:
            text = files("sereno.adapters").joinpath("skeleton", file).read_text("utf-8")
            text = text.replace("NOMBRE", name).replace("PREFIJO", name.upper())
            made.joinpath(file).write_text(text, "utf-8", newline="\n")
        return made

    def _refusals(self, name: str, made: Path) -> Iterator[tuple[str, str]]:
        if not NAME.fullmatch(name):
            yield "no sirve de nombre", "minúsculas sin acentos, cifras y _, empezando por una letra"
        if name in {*self.reserved, *(shipped.name for shipped in shipped_folders())}:
            yield "es el nombre de otra tarea", "otro nombre"
        if made.exists():
            yield f"ya existe {made}", "otro nombre"
