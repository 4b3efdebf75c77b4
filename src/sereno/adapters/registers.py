"""The departmental registers, as the engine asks for them: snapshots, and the directory of people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo

from sereno.adapters.snapshot import SqliteSnapshot, build_snapshot
from sereno.adapters.sources.ports import Source
from sereno.domain.calendar import Calendar, working_days_between
from sereno.domain.directory import Directory
from sereno.domain.rules import Monitor, Setting
from sereno.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class DepartmentRegisters:
    """Read registers through their sources; one that has no source is not configured, and blinds."""

    sources: Mapping[str, Source]
    clock: Clock
    tz: tzinfo
    calendar: Calendar

    def snapshot(self, monitor: Monitor, today: date, settings: Mapping[str, Setting]) -> SqliteSnapshot:
        """Fetch the monitor's tables once."""
        return build_snapshot(
            monitor.tables,
            monitor.views,
            {register: self.sources.get(register) for register in monitor.registers},
            today,
            self.tz,
            settings,
            lambda since, until: working_days_between(self.calendar, since, until),
        )

    def directory(self) -> Directory:
        """Read the people."""
        from sereno.adapters.directory import read_directory  # a round that owes nothing reads nobody

        return read_directory(self.sources.get("lanzadera"), self.clock.now().date(), self.tz)
