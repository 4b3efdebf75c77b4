"""The departmental registers, as the engine asks for them: snapshots, and the directory of people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path

from sereno.adapters.snapshot import Lore, SqliteSnapshot, build_snapshot
from sereno.adapters.sources.ports import Source
from sereno.domain.calendar import Calendar, working_days_between
from sereno.domain.directory import Directory, identify
from sereno.domain.errors import SerenoError
from sereno.domain.rules import Monitor, Setting
from sereno.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class DepartmentRegisters:
    """Read registers through their sources; one that has no source is not configured, and blinds."""

    sources: Mapping[str, Source]
    clock: Clock
    tz: tzinfo
    calendar: Calendar
    substitutes_file: Path | None = None
    known: list[Directory | SerenoError] = field(default_factory=list)
    """The directory as it was first read in this round."""

    def snapshot(self, monitor: Monitor, today: date, settings: Mapping[str, Setting]) -> SqliteSnapshot:
        """Fetch the monitor's tables once."""
        return build_snapshot(
            monitor.tables,
            monitor.views,
            {register: self.sources.get(register) for register in monitor.registers},
            today,
            self.tz,
            settings,
            Lore(
                lambda since, until: working_days_between(self.calendar, since, until),
                lambda reference: identify(self.directory(), reference),
            ),
        )

    def directory(self) -> Directory:
        """Read the people, once; what made that impossible is raised each time."""
        from sereno.adapters.directory import read_directory  # a round that owes nothing reads nobody

        if not self.known:
            try:
                source, today = self.sources.get("lanzadera"), self.clock.now().date()
                self.known.append(read_directory(source, today, self.tz, self.substitutes_file))
            except SerenoError as error:
                self.known.append(error)
        if isinstance(self.known[0], SerenoError):
            raise self.known[0]
        return self.known[0]
