"""An installation: which implementations run on it, the heavy ones imported late."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING
from uuid import uuid4

from sereno.adapters.clock import StopSignal
from sereno.adapters.terminal import Terminal
from sereno.domain.calendar import Calendar
from sereno.domain.digest import Digest
from sereno.domain.outbox import Message
from sereno.domain.personal import KEY_BYTES
from sereno.domain.rules import Monitor, Table
from sereno.engine.agenda import Orders, Post
from sereno.engine.ports import Clock, Jobs, Letter, Log, Registers, Store
from sereno.engine.rounds import PersonalLinks, World
from sereno.settings import (
    RegisterAccess,
    Settings,
    advice,
    mail_modes,
    standing_orders,
)

if TYPE_CHECKING:
    from sereno.adapters.inspection import Inspected
    from sereno.adapters.local_names import LocalNames
    from sereno.adapters.mail_terminal import MailTerminal
    from sereno.adapters.mime import SenderPolicy
    from sereno.adapters.preview import PreviewFolder
    from sereno.adapters.register_view import RegisterView
    from sereno.adapters.sources.ports import Source
    from sereno.adapters.standing_terminal import StandingTerminal
    from sereno.adapters.store.sql import SqlStore
    from sereno.engine.golive import OlderLedger
    from sereno.engine.standing import Published

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
MASTER = "run_master"
REGISTER_TIMEOUT = 30.0
"""Seconds that reaching a register, or waiting for its lock, may take."""
LOCAL_NAMES = "monitors.local.toml"
"""How an installation calls tables and columns, where that differs from what is declared."""
NO_DOMAIN = "sereno.invalid"
"""Stands for MAIL_DOMAIN in a dry run and on trial, which need none (RFC 2606: nobody's)."""


@dataclass(frozen=True, slots=True)
class Site:
    """Hold an installation as its settings describe it, and build what runs on it."""

    settings: Settings
    environment: Mapping[str, str]
    """In which another process finds the same settings, whatever becomes of their file."""
    monitors: tuple[Monitor, ...]
    clock: Clock
    stop: StopSignal
    behind: timedelta
    """How far the clock is behind the machine's; only the demo's is."""
    terminal: Terminal
    calendar: Callable[[], Calendar]
    """Gives the working calendar as its file now stands."""
    local_names: Mapping[str, "LocalNames"] = field(default_factory=dict)
    """How the installation calls tables and columns, by register."""

    def posts(self) -> tuple[Post, ...]:
        """List the daily jobs with their orders."""
        return tuple(Post(monitor, self.orders(monitor)) for monitor in self.monitors)

    def orders(self, monitor: Monitor) -> Orders:
        """Gather a monitor's standing orders."""
        return standing_orders(self.settings, monitor)

    def sources(self) -> Mapping[str, "Source"]:
        """Say how each configured register is read."""
        from sereno.adapters.local_names import under_declared_names

        found = ((name, self.own_source(name)) for name in self.settings.registers)
        return {
            name: under_declared_names(source, self.local_names.get(name))
            for name, source in found
            if source is not None
        }

    def own_source(self, register: str) -> "Source | None":
        """Say how a register is read under its own names; None where it is not configured."""
        from sereno.adapters.sources.opening import open_register_source

        access = self.settings.registers[register]
        if access.url is None:
            return None
        return open_register_source(register, access.url, access.password, REGISTER_TIMEOUT)

    def open_store(self) -> AbstractContextManager["SqlStore"]:
        """Open the real store, making or migrating it where needed."""
        from sereno.adapters.store.opening import open_store

        settings = self.settings
        return closing(open_store(settings.state_db_url, self.clock.now(), settings.mail.recipients_at_once))

    def open_known_store(self) -> AbstractContextManager["SqlStore"]:
        """Open the real store as it is; raise StoreUnavailable where it would have to be made or migrated."""
        from sereno.adapters.store.opening import open_as_it_is

        url, at_once = self.settings.state_db_url, self.settings.mail.recipients_at_once
        return closing(open_as_it_is(url, self.clock.now(), at_once))

    def look_at_store(self) -> AbstractContextManager["SqlStore | None"]:
        """Lend the real store for reading alone; None where there is none."""
        from sereno.adapters.store.opening import look_at_store

        return look_at_store(self.settings.state_db_url, self.clock.now())

    def rehearsal_store(self, *, queues: bool = False) -> Store:
        """Return a store in memory that knows what the real one knows, and takes nothing back to it."""
        from sereno.adapters.store.copy import copy_to_memory

        return copy_to_memory(self.settings.state_db_url, self.clock.now(), queues=queues)

    def empty_store(self) -> Store:
        """Return a store in memory that knows nothing, as before the first round."""
        from sereno.adapters.store.memory import MemoryStore

        return MemoryStore(self.clock.now())

    def log(self, name: str, *, echo: bool, keep: bool = True) -> Log:
        """Open a log beside the master's; one that is not kept leaves no file."""
        from sereno.adapters.logs import open_log

        settings = self.settings
        file = settings.log_file if name == MASTER else settings.log_file.with_name(f"{name}.log")
        level = "DEBUG" if echo else settings.log_level
        return open_log(name, level, settings.log_format, self.clock, file=file if keep else None, echo=echo)

    def world(self, store: Store, log: Log) -> World:
        """Gather what a round works with."""
        calendar, url = self.calendar(), self.settings.console_url
        links = PersonalLinks(url, partial(token_bytes, KEY_BYTES)) if url else None
        registers, compose = self.registers(), self.compose
        return World(self.clock, log, store, registers, compose, calendar, lambda: uuid4().hex, links)

    def registers(self) -> Registers:
        """Say how the departmental registers are read."""
        from sereno.adapters.registers import DepartmentRegisters

        settings = self.settings
        return DepartmentRegisters(
            self.sources(), self.clock, settings.tz, self.calendar(), settings.substitutes_file
        )

    def reading(self, register: str, url: str) -> "Site":
        """Return this site with one register read elsewhere."""
        registers = {**self.settings.registers, register: RegisterAccess(register, url, None)}
        return replace(self, settings=replace(self.settings, registers=registers))

    def older_ledger(self) -> "OlderLedger":
        """Say how the ledger of older scripts is read."""
        from sereno.adapters.older_ledger import SourcedLedger

        return SourcedLedger(self.sources(), self.settings.tz, self.clock.now().date())

    def local_jobs(self, jobs: Mapping[str, Callable[[], int]]) -> Jobs:
        """Start jobs in this process, for a rehearsal."""
        from sereno.adapters.memory import MemoryJobs

        return MemoryJobs(jobs, self.clock)

    def preview(self, folder: str | None) -> "PreviewFolder":
        """Show mail in a folder instead of sending it."""
        from sereno.adapters.preview import PreviewFolder

        return PreviewFolder(None if folder is None else Path(folder))

    @property
    def mail_terminal(self) -> "MailTerminal":
        """Print mail for an operator."""
        from sereno.adapters.mail_terminal import MailTerminal

        return MailTerminal(self.terminal)

    @property
    def standing_terminal(self) -> "StandingTerminal":
        """Print how things stand for an operator."""
        from sereno.adapters.standing_terminal import StandingTerminal

        return StandingTerminal(self.terminal)

    def warnings(self) -> tuple[str, ...]:
        """Say what an operator should know before anything starts."""
        modes = self.modes() if self.settings.mail.trial else ()  # the demo has its own banner
        return (*self.settings.warnings, *self.calendar_faults(), *modes, *advice(self.settings))

    def modes(self) -> tuple[str, ...]:
        """Say loudly where mail goes when it does not go to a relay."""
        return mail_modes(self.settings)

    def calendar_faults(self) -> tuple[str, ...]:
        """Say what is wrong with the working calendar, and which year is still uncertain."""
        from sereno.adapters.holidays import calendar_advice

        return calendar_advice(self.calendar(), self.settings.festivos_file, self.clock.now().date())

    def inspect_registers(self) -> Iterable["Inspected"]:
        """Hold every configured register against what the monitors declare of it."""
        from sereno.adapters.inspection import declared_tables, inspect_registers

        return inspect_registers(declared_tables(self.monitors), self.sources(), self.settings.tz)

    def view_register(self, register: str) -> "RegisterView":
        """Look at everything that a register holds, and at what the monitors miss there."""
        from sereno.adapters.register_view import view_register

        names = self.local_names.get(register)
        return view_register(register, self.own_source(register), names, self._declared(register))

    def map_register(self, register: str) -> str:
        """Begin the file of local names with those of a register that differ; "" where none does."""
        from sereno.adapters.register_map import map_register

        source, file = self.own_source(register), self.settings.home / LOCAL_NAMES
        return map_register(register, source, self._declared(register), file)

    def _declared(self, register: str) -> "list[Table]":
        from sereno.adapters.inspection import declared_tables

        return [table for table in declared_tables(self.monitors) if table.register == register]

    def published(self) -> "Published":
        """Read the status file."""
        from sereno.adapters.status import read_status

        return read_status(self.settings.status_file)

    def page(self, digest: Digest) -> str:
        """Render a digest as the HTML that its readers would see."""
        from sereno.adapters.html.render import render_digest

        return render_digest(digest).html

    def compose(self, digest: Digest, letter: Letter) -> Message:
        """Compose a page to the mail that carries it."""
        from sereno.adapters.composing import compose_digest

        return compose_digest(digest, letter, self.sender())

    def sender(self) -> "SenderPolicy":
        """Say in whose name mail leaves."""
        from sereno.adapters.mime import SenderPolicy

        mail = self.settings.mail
        return SenderPolicy(mail.domain or NO_DOMAIN, mail.sender, mail.return_path)
