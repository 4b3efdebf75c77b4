"""How an installation is opened: its settings read, its clock and calendar picked."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sereno.adapters.clock import StopSignal, SystemClock
from sereno.adapters.monitors import own_folders, own_monitors, shipped_monitors
from sereno.adapters.terminal import Terminal
from sereno.bootstrap.site import LOCAL_NAMES, MASTER, Site
from sereno.domain.rules import Monitor
from sereno.engine.master import MAIL_JOB
from sereno.engine.ports import Clock
from sereno.settings import (
    Purpose,
    Settings,
    demo_environment,
    home,
    load_settings,
    monitors_folder,
    settled_environment,
)
from sereno.settings import is_configured as settings_exist

if TYPE_CHECKING:
    from sereno.adapters.demo.check import Verdict
    from sereno.adapters.demo.estate import Estate
    from sereno.adapters.local_names import LocalNames
    from sereno.adapters.workshop import Workshop

RESERVED = frozenset({MAIL_JOB, "master", MASTER})
"""Names that no monitor may have: those of scripts and logs."""
DEMO_HOUR = time(9)
DEMO_TZ = ZoneInfo("Europe/Madrid")
DEMO_FOLDER = "var/demo"


def open_site(
    purpose: Purpose, *, at: datetime | None = None, environ: Mapping[str, str] | None = None
) -> Site:
    """Read the settings and pick the clock: the machine's, the demo's, or one that stands at `at`.

    `environ` replaces the process's own environment.
    """
    from sereno.adapters.holidays import HolidayCalendar

    monitors = load_monitors(environ)
    settings = load_settings(monitors, purpose=purpose, environ=environ)
    stop = StopSignal()
    holidays = HolidayCalendar(
        settings.holidays_country, settings.holidays_subdiv or "", settings.festivos_file
    )
    behind = _behind(settings)
    return Site(
        settings=settings,
        environment=settled_environment(settings, monitors, environ),
        monitors=monitors,
        clock=_clock(settings, stop, at, behind),
        stop=stop,
        behind=behind,
        terminal=Terminal(),
        calendar=holidays.calendar,
        local_names=_local_names(settings.home, monitors),
    )


def load_monitors(environ: Mapping[str, str] | None = None) -> tuple[Monitor, ...]:
    """Load the monitors that ship, and the user's own; raise MonitorError where these cannot be read."""
    folder = monitors_folder(environ)
    return (*shipped_monitors(), *(own_monitors(folder, RESERVED) if folder else ()))


def open_workshop(environ: Mapping[str, str] | None = None) -> "Workshop":
    """Say where a user's own monitors are made and tried."""
    from sereno.adapters.workshop import Workshop

    return Workshop(monitors_folder(environ), RESERVED)


def own_jobs() -> list[str]:
    """Name the jobs of the user's own monitors, without reading them."""
    folder = monitors_folder()
    return [each.name for each in own_folders(folder)] if folder else []


def _local_names(folder: Path, monitors: tuple[Monitor, ...]) -> Mapping[str, "LocalNames"]:
    path = folder / LOCAL_NAMES
    if not path.exists():  # few have one, and every command would pay for what reads it
        return {}
    from sereno.adapters.inspection import declared_tables
    from sereno.adapters.local_names import read_local_names

    return read_local_names(path, declared_tables(monitors))


def is_configured() -> bool:
    """Tell whether somebody has configured anything at all."""
    return settings_exist(shipped_monitors())


def make_demo_estate(folder: str | None, seed: int = 1, scale: int = 1) -> tuple["Estate", Mapping[str, str]]:
    """Make the demo estate under the home; return it and an environment for it."""
    from sereno.adapters.demo.estate import make_estate

    now = SystemClock(DEMO_TZ, StopSignal()).now()
    estate = make_estate(home() / (folder or DEMO_FOLDER), now, seed, scale)
    return estate, demo_environment(estate.env_file, shipped_monitors())


def check_demo_estate(seed: int, scale: int) -> tuple[Site, tuple["Verdict", ...]]:
    """Hold the rules of every monitor against what a fresh estate claims; the estate goes again."""
    from sereno.adapters.demo.check import hold_claims

    with TemporaryDirectory() as folder:
        estate, environ = make_demo_estate(folder, seed, scale)
        site = open_site("check", environ=environ)
        today, thresholds = site.clock.now().date(), site.settings.thresholds
        return site, hold_claims(site.monitors, site.registers(), today, thresholds, estate.placed)


def _clock(settings: Settings, stop: StopSignal, at: datetime | None, behind: timedelta) -> Clock:
    if at is not None:
        from sereno.adapters.memory import MemoryClock

        return MemoryClock(at.replace(tzinfo=settings.tz))
    return SystemClock(settings.tz, stop, behind)


def _behind(settings: Settings) -> timedelta:
    if settings.demo_since is None:
        return timedelta()
    day = settings.demo_since.astimezone(settings.tz).date()
    return settings.demo_since - datetime.combine(day, DEMO_HOUR, settings.tz).astimezone(UTC)
