"""The composition root: the one place that picks implementations, and imports the heavy ones late."""

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from sereno import __version__
from sereno.adapters.clock import StopSignal, SystemClock
from sereno.adapters.monitors import shipped_monitors
from sereno.adapters.terminal import Terminal
from sereno.domain.calendar import Calendar, year_to_confirm
from sereno.domain.digest import Digest
from sereno.domain.outbox import Message
from sereno.domain.rules import Monitor, url_variable
from sereno.engine.agenda import Orders
from sereno.engine.daemon import MAIL_JOB, Master, Post, State
from sereno.engine.ports import Clock, Compose, Jobs, Letter, Log, Relay, Store
from sereno.engine.watch import World
from sereno.settings import Purpose, Settings, demo_environment, home, job_environment, load_settings
from sereno.settings import is_configured as settings_exist

if TYPE_CHECKING:
    from sereno.adapters.inspection import Inspected
    from sereno.adapters.preview import PreviewFolder
    from sereno.adapters.sources.ports import Source
    from sereno.adapters.store.sql import SqlStore

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
MASTER = "run_master"
DEMO_HOUR = time(9)
DEMO_TZ = ZoneInfo("Europe/Madrid")
DEMO_FOLDER = "var/demo"
REGISTER_TIMEOUT = 30.0
"""Seconds that reaching a register, or waiting for its lock, may take."""
NO_DOMAIN = "sereno.invalid"
"""Stands for MAIL_DOMAIN in a dry run and on trial, which need none (RFC 2606: nobody's)."""
NOBODY_TOLD = "Nadie sabrá de los fallos por correo: ponga en OPERATORS las direcciones de los operadores."
NO_DIRECTORY = (
    "Falta LANZADERA_DB_URL: sin el directorio de personas, lo que va a un papel llega a los operadores."
)
UNCONFIRMED = "Nadie ha confirmado los festivos de {year}: complete su fichero y añada «# completo {year}»."
NO_HOLIDAYS_FILE = "No existe {file} (MASTER_FESTIVOS_FILE): solo cuentan los festivos de la biblioteca."

Replaced = TypeVar("Replaced")


@dataclass(frozen=True, slots=True)
class Site:
    """Hold an installation as its settings describe it, and build what runs on it."""

    settings: Settings
    monitors: tuple[Monitor, ...]
    clock: Clock
    stop: StopSignal
    terminal: Terminal
    calendar: Callable[[], Calendar]
    """Gives the working calendar as its file now stands."""

    def posts(self) -> tuple[Post, ...]:
        """List the daily jobs with their orders."""
        return tuple(Post(monitor, self.orders(monitor)) for monitor in self.monitors)

    def orders(self, monitor: Monitor) -> Orders:
        """Gather a monitor's standing orders."""
        settings = self.settings
        return Orders(
            operators=settings.operators,
            blind_send_at=settings.blind_send_at,
            trial=settings.mail.trial,
            thresholds=settings.thresholds[monitor.name],
            audiences=_by_digest(settings.audiences, monitor),
            cadences=_by_digest(settings.cadences, monitor),
            unconfigured=tuple(
                url_variable(name) for name in monitor.registers if settings.registers[name].url is None
            ),
        )

    def sources(self) -> Mapping[str, "Source"]:
        """Say how each configured register is read."""
        from sereno.adapters.sources.database import open_source

        return {
            name: open_source(name, access.url, access.password, REGISTER_TIMEOUT)
            for name, access in self.settings.registers.items()
            if access.url is not None
        }

    def open_store(self) -> AbstractContextManager["SqlStore"]:
        """Open the real store, making or migrating it where needed."""
        from sereno.adapters.store.sql import open_store

        return closing(open_store(self.settings.state_db_url, self.clock.now()))

    def rehearsal_store(self) -> Store:
        """Return a store in memory that knows what the real one knows, and takes nothing back to it."""
        from sereno.adapters.store.copy import copy_to_memory

        return copy_to_memory(self.settings.state_db_url, self.clock.now())

    def relay(self) -> Relay:
        """Say who carries the mail: the trial's folder, the demo's, or the relay."""
        smtp, mail = self.settings.smtp, self.settings.mail
        if mail.trial or self.settings.demo_since is not None or smtp is None:
            from sereno.adapters.folder import MailFolder

            return MailFolder(mail.folder, "diverted" if mail.trial else "accepted")
        from sereno.adapters.smtp import SmtpRelay
        from sereno.adapters.smtp_connection import SmtpAccount

        account = SmtpAccount(
            smtp.host, smtp.port, smtp.security, smtp.user, smtp.password, smtp.ca_file, smtp.timeout
        )
        return SmtpRelay(account)

    def log(self, name: str, *, echo: bool, keep: bool = True) -> Log:
        """Open a log beside the master's; one that is not kept leaves no file."""
        from sereno.adapters.logs import open_log

        settings = self.settings
        file = settings.log_file if name == MASTER else settings.log_file.with_name(f"{name}.log")
        level = "DEBUG" if echo else settings.log_level
        return open_log(name, level, settings.log_format, self.clock, file=file if keep else None, echo=echo)

    def world(self, store: Store, log: Log) -> World:
        """Gather what a round works with."""
        from sereno.adapters.registers import DepartmentRegisters

        calendar = self.calendar()
        registers = DepartmentRegisters(self.sources(), self.clock, self.settings.tz, calendar)
        return World(self.clock, log, store, registers, self._composer(), calendar, lambda: uuid4().hex)

    def master(self, store: Store, jobs: Jobs, log: Log, show: Callable[[State], None]) -> Master:
        """Gather what the daemon works with."""
        settings = self.settings
        return Master(
            posts=self.posts(),
            times=settings.cycle_times,
            night=settings.night,
            calendar=self._watched_calendar(log),
            clock=self.clock,
            stop=self.stop,
            store=store,
            jobs=jobs,
            log=log,
            show=show,
        )

    def jobs(self, *, verbose: bool) -> Jobs:
        """Say how jobs are started: each script in a process of its own."""
        from sereno.adapters.processes import ProcessJobs

        return ProcessJobs(
            scripts={job: SCRIPTS / f"run_{job}.py" for job in (*(m.name for m in self.monitors), MAIL_JOB)},
            environment=job_environment(self.settings, self.monitors),
            arguments=("--verbose",) if verbose else (),
            timeout=self.settings.script_timeout,
            clock=self.clock,
            stop=self.stop,
            echo=self.terminal.child if verbose else lambda _job, _line: None,
        )

    def local_jobs(self, jobs: Mapping[str, Callable[[], int]]) -> Jobs:
        """Start jobs in this process, for a rehearsal."""
        from sereno.adapters.memory import MemoryJobs

        return MemoryJobs(jobs, self.clock)

    def preview(self, folder: str | None) -> "PreviewFolder":
        """Show mail in a folder instead of sending it."""
        from sereno.adapters.preview import PreviewFolder

        return PreviewFolder(None if folder is None else Path(folder))

    def warnings(self) -> tuple[str, ...]:
        """Say what an operator should know before anything starts."""
        nobody = () if self.settings.operators else (NOBODY_TOLD,)
        modes = self.modes() if self.settings.mail.trial else ()  # the demo has its own banner
        return (*self.settings.warnings, *self.calendar_faults(), *modes, *nobody, *self._no_directory())

    def _no_directory(self) -> tuple[str, ...]:
        return () if self.settings.registers["lanzadera"].url else (NO_DIRECTORY,)

    def calendar_faults(self) -> tuple[str, ...]:
        """Say what is wrong with the working calendar, and which year is still uncertain."""
        from sereno.adapters.holidays import calendar_faults

        calendar = self.calendar()
        year = year_to_confirm(calendar, self.clock.now().date())
        unsure = () if year is None else (UNCONFIRMED.format(year=year),)
        file = self.settings.festivos_file
        absent = () if file.exists() else (NO_HOLIDAYS_FILE.format(file=file),)
        return (*absent, *calendar_faults(calendar, file), *unsure)

    def inspect_registers(self) -> Iterable["Inspected"]:
        """Hold every configured register against what the monitors declare of it."""
        from sereno.adapters.inspection import declared_tables, inspect_registers

        return inspect_registers(declared_tables(self.monitors), self.sources(), self.settings.tz)

    def board(self, store: Store, log: Log) -> Callable[[State], None]:
        """Return what writes the status file at every change of the master's state."""
        from sereno.adapters.status import StatusFile
        from sereno.engine.report import Identity, status

        settings = self.settings
        identity = Identity(
            version=__version__,
            pid=os.getpid(),
            host=platform.node(),
            started_at=self.clock.now(),
            times=settings.cycle_times,
            script_timeout=settings.script_timeout,
            holidays_file=str(settings.festivos_file),
        )
        file = StatusFile(settings.status_file, log)
        return lambda state: file.publish(
            status(state, identity, self.posts(), self.calendar(), store, self.clock.now())
        )

    def modes(self) -> tuple[str, ...]:
        """Say loudly where mail goes when it does not go to a relay."""
        folder = self.settings.mail.folder
        trial = (f"Prueba (MAIL_TRIAL=1): el correo se deja en {folder}, nadie lo recibe.",)
        demo = (f"Finca de ejemplo (SERENO_DEMO_SINCE): el correo se deja en {folder}, nadie lo recibe.",)
        return (trial if self.settings.mail.trial else ()) + (demo if self.settings.demo_since else ())

    def _watched_calendar(self, log: Log) -> Callable[[], Calendar]:
        """Give the calendar, and log what is wrong with it whenever that changes."""
        told: list[tuple[str, ...]] = [self.calendar_faults()]

        def calendar() -> Calendar:
            faults = self.calendar_faults()
            if faults != told[-1]:
                told[:] = [faults]
                log.warning("calendar.changed", faults="; ".join(faults))
            return self.calendar()

        return calendar

    def page(self, digest: Digest) -> str:
        """Render a digest as the HTML that its readers would see."""
        from sereno.adapters.html.render import render_digest

        return render_digest(digest).html

    def _composer(self) -> Compose:
        mail = self.settings.mail

        def compose(digest: Digest, letter: Letter) -> Message:
            from sereno.adapters.html.render import render_digest
            from sereno.adapters.mime import SenderPolicy, compose_mail

            rendered = render_digest(digest)
            policy = SenderPolicy(mail.domain or NO_DOMAIN, mail.sender, mail.return_path)
            return compose_mail(rendered.html, rendered.text, letter, policy)

        return compose


def open_site(
    purpose: Purpose, *, at: datetime | None = None, environ: Mapping[str, str] | None = None
) -> Site:
    """Read the settings and pick the clock: the machine's, the demo's, or one that stands at `at`.

    `environ` replaces the process's own environment.
    """
    from sereno.adapters.holidays import HolidayCalendar

    monitors = shipped_monitors()
    settings = load_settings(monitors, purpose=purpose, environ=environ)
    stop = StopSignal()
    holidays = HolidayCalendar(
        settings.holidays_country, settings.holidays_subdiv or "", settings.festivos_file
    )
    terminal = Terminal()
    return Site(settings, monitors, _clock(settings, stop, at), stop, terminal, holidays.calendar)


def is_configured() -> bool:
    """Tell whether somebody has configured anything at all."""
    return settings_exist(shipped_monitors())


def make_demo_estate(folder: str | None, seed: int | None) -> tuple[Path, Mapping[str, str]]:
    """Make the demo estate under the home; return its settings file and an environment for it."""
    from sereno.adapters.demo.estate import SEED, make_estate

    now = SystemClock(DEMO_TZ, StopSignal()).now()
    env_file = make_estate(home() / (folder or DEMO_FOLDER), now, SEED if seed is None else seed)
    return env_file, demo_environment(env_file, shipped_monitors())


def _clock(settings: Settings, stop: StopSignal, at: datetime | None) -> Clock:
    if at is not None:
        from sereno.adapters.memory import MemoryClock

        return MemoryClock(at.replace(tzinfo=settings.tz))
    behind = timedelta()
    if settings.demo_since is not None:
        day = settings.demo_since.astimezone(settings.tz).date()
        behind = settings.demo_since - datetime.combine(day, DEMO_HOUR, settings.tz).astimezone(UTC)
    return SystemClock(settings.tz, stop, behind)


def _by_digest(replaced: Mapping[str, Replaced], monitor: Monitor) -> dict[str, Replaced]:
    """Pick a monitor's entries of a mapping keyed `monitor/digest`."""
    prefix = f"{monitor.name}/"
    return {key.removeprefix(prefix): value for key, value in replaced.items() if key.startswith(prefix)}
