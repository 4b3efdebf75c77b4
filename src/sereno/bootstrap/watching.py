"""What the master of an installation works with, and what it leaves to the one that rests."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sereno import __version__
from sereno.adapters.lookout import Look, Lookout
from sereno.bootstrap.mail import queues
from sereno.bootstrap.operators import operators_teller
from sereno.bootstrap.site import LOCAL_NAMES, SCRIPTS, Site
from sereno.engine.handover import Words
from sereno.engine.housekeeping import tidy
from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB, Master, State
from sereno.engine.ports import Jobs, Log, Store
from sereno.engine.watchers import Watchers
from sereno.settings import monitors_folder, notify_socket

if TYPE_CHECKING:
    from sereno.adapters.store.sql import SqlStore


def gather_master(
    site: Site,
    store: "SqlStore",
    log: Log,
    show: Callable[[State], None],
    me: Process,
    looks: Sequence[Look] | None,
    *,
    verbose: bool,
) -> Master:
    """Gather what the master works with."""
    from sereno.adapters.holidays import watched_calendar
    from sereno.adapters.machine import is_alive

    settings, lookout = site.settings, Lookout()
    return Master(
        me=me,
        posts=site.posts(),
        times=settings.cycle_times,
        night=settings.night,
        workers=settings.max_workers,
        calendar=watched_calendar(site.calendar, site.calendar_faults, log),
        clock=site.clock,
        stop=site.stop,
        store=store,
        jobs=start_jobs(site, verbose=verbose),
        log=log,
        show=show,
        mail_waits=lambda now: looks is None or bool(lookout.around(looks, now)),
        tell=operators_teller(site, store, log),
        tidy=lambda: not tidy(store.keeper, settings.retention, site.clock, log).interrupted,
        is_alive=is_alive,
    )


def watchers_of(site: Site, log: Log) -> Watchers:
    """Say who watches from outside."""
    from sereno.adapters.told_watchers import ToldWatchers

    watchers = ToldWatchers()
    watchers.learn(site.settings.heartbeat_url, notify_socket(), lambda: log)
    return watchers


def stop_with(master: Process) -> None:
    """Stop when the master dies that started this process."""
    from sereno.adapters.process_trees import die_with

    die_with(master)


def own_process() -> Process:
    """Name this process."""
    from sereno.adapters.machine import this_process

    return this_process()


def rehearsed_master(site: Site, store: Store, jobs: Jobs, log: Log) -> Master:
    """Gather the same for a rehearsal: nobody is told, and nothing is tidied."""
    from sereno.adapters.machine import is_alive

    settings = site.settings
    return Master(
        me=own_process(),
        posts=site.posts(),
        times=settings.cycle_times,
        night=settings.night,
        workers=settings.max_workers,
        calendar=site.calendar,
        clock=site.clock,
        stop=site.stop,
        store=store,
        jobs=jobs,
        log=log,
        show=lambda _state: None,
        mail_waits=lambda _now: True,
        tell=lambda _order, _state, _calendar: False,
        tidy=lambda: True,
        is_alive=is_alive,
    )


def start_jobs(site: Site, *, verbose: bool) -> Jobs:
    """Say how jobs are started: each script in a process of its own."""
    from sereno.bootstrap.workers import process_jobs

    jobs = (*(monitor.name for monitor in site.monitors), MAIL_JOB)
    scripts = {job: SCRIPTS / f"run_{job}.py" for job in jobs}
    if verbose:
        return process_jobs(site, site.stop, ("--verbose",), scripts, site.terminal.child)
    return process_jobs(site, site.stop, (), scripts)


def all_looks(site: Site, store: "SqlStore", me: Process) -> tuple[Look, ...] | None:
    """Say how to look cheaply for mail, the store first; None where one cannot be looked at cheaply."""
    from sereno.adapters.store.looking import look_at_store

    policy = site.settings.mail.policy
    others = [] if policy.trial else [queue.look() for queue in queues(site)]
    looks = [look_at_store(store.engine, policy, me), *others]
    cheap = [look for look in looks if look is not None]
    return tuple(cheap) if len(cheap) == len(looks) else None


def board(
    site: Site, store: "SqlStore", log: Log, me: Process, started_at: datetime
) -> Callable[[State], None]:
    """Return what writes the status file at every change of the master's state."""
    from sereno.adapters.status import StatusFile
    from sereno.engine.report import Identity, status

    settings = site.settings
    identity = Identity(
        __version__,
        me,
        started_at,
        settings.cycle_times,
        settings.script_timeout,
        str(settings.festivos_file),
    )
    file, posts = StatusFile(settings.status_file, lambda: log), site.posts()
    return lambda state: file.publish(
        status(state, identity, posts, site.calendar(), store, site.clock.now())
    )


def _watched(site: Site) -> Iterator[Path]:
    """Yield the files whose change, coming or going asks for a cycle: holidays, own monitors, local names."""
    yield site.settings.festivos_file
    yield site.settings.home / LOCAL_NAMES
    if folder := monitors_folder(site.environment):
        yield from (folder, *folder.glob("*/"), *folder.glob("*/*"))


def left_to_rest(site: Site, looks: Sequence[Look] | None, fault: str) -> Words:
    """Say what the master must know that rests: how to look around, and the settings in force."""
    from sereno.adapters.cycles import stamp_of

    settings = site.settings
    return {
        "environment": dict(site.environment),
        "looks": None if looks is None else [asdict(look) for look in looks],
        "watched": {str(file): stamp_of(str(file)) for file in _watched(site)},
        "settings_file": str(settings.env_file),
        "settings_stamp": stamp_of(str(settings.env_file)),
        "settings_fault": fault,
        "reloads": settings.reload == "auto",
        "status_file": str(settings.status_file),
        "log_file": str(settings.log_file),
        "log_level": settings.log_level,
        "log_format": settings.log_format,
        "heartbeat": settings.heartbeat_url,
        "notify_socket": notify_socket(),
        "interval": settings.cycle_times.laborable_dia.total_seconds(),
        "zone": str(settings.tz),
        "behind": site.behind.total_seconds(),
    }
