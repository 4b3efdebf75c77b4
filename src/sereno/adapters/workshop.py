"""Where a user's own monitors are made, looked through and tried."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sereno.adapters.cases import read_cases, try_case
from sereno.adapters.lint import lint_monitor
from sereno.adapters.monitors import (
    load_monitor,
    missing_folder,
    own_folders,
    shipped_folders,
    taken_name,
)
from sereno.domain.errors import Fault, FaultyInput, MonitorError, RuleFailed, SettingsError

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
class Examination:
    """Tell how a monitor stands."""

    name: str
    own: bool
    rules: int
    """0 where it cannot be read."""
    cases: int
    faults: tuple[str, ...]
    """What is wrong with it, and where a case does not hold."""


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

    def examine(self, name: str | None) -> Iterator[Examination]:
        """Look each monitor through and try its cases, or one alone.

        Raises FaultyInput for a name that none has, MonitorError where MONITORS_DIR is no folder.
        """
        if self.folder is not None and not self.folder.is_dir():
            raise MonitorError((missing_folder(self.folder),))
        shipped = {Path(str(each)): False for each in shipped_folders()}
        own = dict.fromkeys(own_folders(self.folder) if self.folder else (), True)
        folders = {**shipped, **own}
        if name not in {None, *(each.name for each in folders)}:
            known = ", ".join(each.name for each in folders)
            raise FaultyInput((Fault("--monitor", str(name), f"uno de {known}"),))
        return (self._examined(each, own=own) for each, own in folders.items() if name in {None, each.name})

    def _examined(self, folder: Path, *, own: bool) -> Examination:
        faults = list(map(str, self.lint(folder)))
        if own:
            faults += map(str, taken_name(folder, self.reserved))
        try:
            rules, tried = len(load_monitor(folder).rules), list(self.try_cases(folder))
        except MonitorError as error:  # told by the lint as well
            return Examination(
                folder.name, own, 0, 0, tuple(dict.fromkeys((*faults, *map(str, error.faults))))
            )
        failed = (f"caso «{e.case}» de {e.rule}: {'; '.join(e.differences)}" for e in tried if e.differences)
        return Examination(folder.name, own, rules, len(tried), (*faults, *failed))

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
