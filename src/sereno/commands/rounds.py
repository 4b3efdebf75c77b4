"""The daemon, a round, the mail: for real, or rehearsed on a store in memory."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import MASTER, Site
from sereno.bootstrap.watching import rehearsed_master
from sereno.commands.contract import print_contract
from sereno.commands.mail import rehearse_mail
from sereno.commands.own_watch import turn_once
from sereno.commands.previewing import show_preview
from sereno.commands.watching import stand_watch
from sereno.domain.errors import Fault, FaultyInput, SettingsError
from sereno.domain.rules import Monitor
from sereno.engine.agenda import agenda
from sereno.engine.master import MAIL_JOB
from sereno.engine.own_cycles import OwnCycles, single_cycle
from sereno.engine.pausing import resting
from sereno.engine.ports import Log, Store
from sereno.engine.watch import Request, watch

if TYPE_CHECKING:
    from sereno.adapters.preview import PreviewFolder

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?")
TODAY_HOUR = time(9)
"""The hour that `--today` means when it names a day alone: one at which everything is looked at."""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Say how a job was called."""

    verbose: bool = False
    dry_run: bool = False
    preview: str | None = None
    today: str | None = None
    force: bool = False
    digest: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class MasterOptions:
    """Say how the master was called."""

    verbose: bool = False
    dry_run: bool = False
    preview: str | None = None
    today: str | None = None
    single_cycle: bool = False
    list_tasks: bool = False


def run_master(options: MasterOptions) -> int:
    """Run the daemon, one cycle of it, a rehearsal of one, or show what is owed."""
    at = _rehearsed_moment(options, allowed=options.dry_run or options.list_tasks)
    if options.list_tasks:
        return _list_tasks(open_site("dry_run", at=at))
    if options.dry_run:
        return _rehearse_cycle(open_site("dry_run", at=at), options)
    if options.single_cycle:
        return turn_once(open_site("run"), verbose=options.verbose)
    return stand_watch(verbose=options.verbose)


def run_job(name: str, options: JobOptions) -> int:
    """Go a monitor's round now; 1 when it needs a person."""
    if options.as_json and not options.dry_run:
        raise FaultyInput((Fault("--json", "sin --dry-run", "que acompañe a --dry-run"),))
    at = _rehearsed_moment(options, allowed=options.dry_run)
    site = open_site("dry_run" if options.dry_run else "run", at=at)
    monitor, request = _monitor(site, name, options.digest), Request(options.force, options.digest)
    if options.as_json:
        return print_contract(site, monitor, request, preview=options.preview, echo=options.verbose)
    site.terminal.warn((*site.settings.warnings, *site.modes()))
    if options.dry_run:
        return _rehearse_job(site, monitor, request, options)
    with site.open_store() as store:
        world = site.world(store, site.log(name, echo=options.verbose))
        report = watch(monitor, request, site.orders(monitor), world)
    site.terminal.report(report)
    return int(report.needs_a_person)


def _list_tasks(site: Site) -> int:
    store, now, calendar = site.rehearsal_store(), site.clock.now(), site.calendar()
    site.terminal.warn(site.warnings())
    duties = [
        duty for post in site.posts() for duty in agenda(post.monitor, post.orders, now, calendar, store)
    ]
    unconfigured = {post.monitor.name: post.orders.unconfigured for post in site.posts()}
    site.terminal.agenda(duties, unconfigured)
    for job, pause in sorted(resting(store, now.date()).items()):
        site.terminal.say(f"{job}: {pause.words}")
    return 0


def _rehearse_job(site: Site, monitor: Monitor, request: Request, options: JobOptions) -> int:
    """Go the round on a store in memory; nothing but the preview is written."""
    store, log = site.rehearsal_store(), site.log(monitor.name, echo=options.verbose, keep=False)
    report = watch(monitor, request, site.orders(monitor), site.world(store, log))
    site.terminal.report(report)
    if report.look is None:
        site.terminal.say("Para verlo aunque no toque, añada --force.")
    list(show_preview(report, site, site.preview(options.preview)))
    return int(report.is_blind)


def _rehearse_cycle(site: Site, options: MasterOptions) -> int:
    """Turn one cycle with its jobs in this process, on a store in memory."""
    store, log = site.rehearsal_store(), site.log(MASTER, echo=options.verbose, keep=False)
    site.terminal.warn(site.warnings())
    preview = site.preview(options.preview)
    jobs: dict[str, Callable[[], int]] = {
        post.monitor.name: partial(_rehearse_turn, site, post.monitor, store, log, preview)
        for post in site.posts()
    }
    jobs[MAIL_JOB] = partial(rehearse_mail, site, store, log)
    state = single_cycle(OwnCycles(rehearsed_master(site, store, site.local_jobs(jobs), log)))
    for job, reason in state.idle.items():
        site.terminal.say(f"{job}: {reason}")
    return int(state.failed)


def _rehearse_turn(site: Site, monitor: Monitor, store: Store, log: Log, preview: "PreviewFolder") -> int:
    report = watch(monitor, Request(), site.orders(monitor), site.world(store, log))
    site.terminal.report(report)
    list(show_preview(report, site, preview))
    return int(report.is_blind)


def _monitor(site: Site, name: str, digest: str | None) -> Monitor:
    """Find a monitor whose registers are configured; SettingsError and FaultyInput say what is missing."""
    (monitor,) = (each for each in site.monitors if each.name == name)
    missing = site.orders(monitor).unconfigured
    if missing:
        expected = "la dirección del registro, por ejemplo sqlite:///registro.sqlite"
        raise SettingsError(tuple(Fault(variable, "no está puesta", expected) for variable in missing))
    digests = [plan.name for plan in monitor.digests]
    if digest not in {None, *digests}:
        raise FaultyInput((Fault("--digest", str(digest), f"un informe de {name}: {', '.join(digests)}"),))
    return monitor


def _rehearsed_moment(options: JobOptions | MasterOptions, *, allowed: bool) -> datetime | None:
    """Read `--today`, a working hour of it when it is a day alone; refuse what a real round cannot heed."""
    today, expected = options.today, "que acompañe a --dry-run"
    asked = [("--today", today), ("--preview", options.preview if not options.dry_run else None)]
    stray = [(name, text) for name, text in asked if text is not None and not (allowed and name == "--today")]
    if stray:
        raise FaultyInput(tuple(Fault(name, text, expected) for name, text in stray))
    if today is None:
        return None
    day, _, hour = today.partition("T")
    try:
        at = time.fromisoformat(hour) if hour else TODAY_HOUR
        moment = datetime.combine(date.fromisoformat(day), at)
    except ValueError:
        moment = None
    if moment is None or not MOMENT.fullmatch(today):
        raise FaultyInput((Fault("--today", today, "AAAA-MM-DD o AAAA-MM-DDTHH:MM"),))
    return moment
