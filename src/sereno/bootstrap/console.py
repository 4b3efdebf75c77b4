"""What the console of an installation looks at; its libraries are an extra, and imported with it alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from pathlib import Path
from socket import socket
from urllib.parse import urlsplit

from sereno import __version__
from sereno.adapters.case_bench import CaseBench
from sereno.adapters.clock import StopSignal
from sereno.adapters.cycles import stamp_of
from sereno.adapters.errands import ProcessErrands
from sereno.adapters.latest import Latest
from sereno.adapters.monitors import own_folders, shipped_folders
from sereno.adapters.passwords import ArgonPasswords
from sereno.adapters.process_trees import die_with
from sereno.adapters.processes import UNFORESEEN
from sereno.adapters.rehearsal_folders import clear_left
from sereno.adapters.tables import csv_bytes
from sereno.adapters.workbook import write_rows
from sereno.bootstrap.checks import explained_settings
from sereno.bootstrap.mail import rehearse_post_office
from sereno.bootstrap.opening import open_site, open_workshop
from sereno.bootstrap.readers import reception_of
from sereno.bootstrap.site import Site
from sereno.bootstrap.workers import process_jobs
from sereno.domain.directory import Directory
from sereno.domain.errors import SerenoError
from sereno.domain.hosts import is_loopback
from sereno.domain.rules import Monitor
from sereno.engine.access import Deed
from sereno.engine.errands import Errand
from sereno.engine.logbook import Process
from sereno.engine.master import MAIL_JOB
from sereno.engine.plotting import Plot
from sereno.engine.ports import Store
from sereno.engine.records import JobResult
from sereno.settings import monitors_folder
from sereno.web.entrance import Terms
from sereno.web.export import export
from sereno.web.reading import ReadDirectory, Reading, ShownSetting, TriedCase, TriedCases
from sereno.web.serving import names_of, open_socket, serve

GONE = "su carpeta ya no está"
READERS_WAIT = 2.0
"""Seconds that a reader's page waits for the directory; calendars ask for it all day long."""


def listen(site: Site, host: str, port: int) -> socket:
    """Listen at a port; raise FaultyInput for a host beyond this machine where strangers could come in."""
    return open_socket(host, port, known=is_loopback(host) or _is_everybody_known(site))


def is_in_the_clear(site: Site, host: str) -> bool:
    """Tell whether passwords would cross a network as they are: beyond this machine, and by no proxy."""
    return not is_loopback(host) and not site.settings.console.proxies


def serve_console(site: Site, host: str, listener: socket, tell: Callable[[], None]) -> None:
    """Serve the console of an installation until it is stopped; its settings follow their file.

    But for who may enter: on whose word, and from where, is settled at the start.
    """
    ours = site.settings.console
    public = urlsplit(site.settings.console_url or "").netloc.lower() if ours.proxies else ""
    terms = Terms(is_loopback(host), ours.proxy_header, ours.proxies, public)
    clear_left(site.clock.now() + site.behind)
    errands = open_errands(site)
    try:
        serve(_readings(site, errands), listener, terms, names_of(host, public), tell)
    finally:
        errands.close()


def end_with(parent: int) -> None:
    """Stop when the process ends that started this one."""
    die_with(Process(parent, 0.0, "", ""))


def passwords() -> ArgonPasswords:
    """Say how passwords are kept."""
    return ArgonPasswords()


def _is_everybody_known(site: Site) -> bool:
    """Tell whether nobody comes in without saying who they are; raise StoreUnavailable."""
    if site.settings.console.proxies:
        return True
    with site.look_at_store() as store:
        return store is not None and any(user.password for user in store.access.users())


def export_console(site: Site, folder: Path) -> int:
    """Write the console's pages into a folder; return how many files."""
    return export(reading_of(site), folder)


def open_errands(site: Site) -> ProcessErrands:
    """Say how jobs are done for a person, and that their ends are recorded."""
    stop = StopSignal("la consola se detiene")
    return ProcessErrands(site.clock, partial(process_jobs, site, stop), partial(_note_end, site), stop)


def _note_end(site: Site, errand: Errand) -> str:
    """Record how a real run ended, as of any job and as a deed; return what kept it from being recorded."""
    ended, code = errand.ended_at or site.clock.now(), UNFORESEEN if errand.code is None else errand.code
    try:
        with site.open_known_store() as store:
            store.audit.note(Deed(ended, errand.who, "job_ended", errand.job, f"código {code}"))
            result = JobResult(errand.job, errand.started_at, ended, code, errand.tail)
            store.record_job(result, watched=False)
    except SerenoError as error:
        return f"No se ha podido anotar cómo terminó: {error}"
    return ""


def _readings(site: Site, errands: ProcessErrands) -> Callable[[], Reading]:
    """Say how the installation is looked at, its settings read anew when their file has changed."""
    file = str(site.settings.env_file)

    @lru_cache(maxsize=1)
    def of(stamp: tuple[int, ...]) -> Reading:
        return reading_of(site if stamp == first else open_site("check"), errands=errands)

    first = tuple(stamp_of(file) or ())
    return lambda: of(tuple(stamp_of(file) or ()))


def reading_of(
    site: Site, environ: Mapping[str, str] | None = None, errands: ProcessErrands | None = None
) -> Reading:
    """Gather what the console asks of an installation; `environ` replaces the process's own environment."""
    latest = Latest(lambda: site.registers().directory(), "directorio")
    return Reading(
        version=__version__,
        posts=site.posts(),
        registers=tuple(site.settings.registers),
        now=site.clock.now,
        published=site.published,
        calendar=site.calendar,
        look_at_store=partial(_lend_store, site),
        warnings=site.warnings,
        settings=cache(partial(_shown_settings, environ)),  # this reading goes when their file changes
        cases=partial(_tried_cases, CaseBench(open_workshop(environ)), _homes(environ)),
        directory=partial(_read_directory, latest),
        sheet=csv_bytes,
        draw=_draw,
        change=partial(_lend_known_store, site),
        passwords=passwords(),
        errands=errands or open_errands(site),
        mail_room=lambda store: rehearse_post_office(site, store, site.log(MAIL_JOB, echo=False)),
        workbook=write_rows,
        reception=reception_of(site, partial(latest.ask, READERS_WAIT)),
    )


def _draw(plot: Plot) -> bytes:
    from sereno.adapters.plots import draw_plot  # who asks for no plot waits for no Matplotlib

    return draw_plot(plot)


@contextmanager
def _lend_known_store(site: Site) -> Iterator[Store]:
    """Lend the store to be written to; a stranger's request must not make one, nor bring it up to date."""
    with site.open_known_store() as store:
        yield store


@contextmanager
def _lend_store(site: Site) -> Iterator[Store | None]:
    with site.look_at_store() as store:
        yield store


def _shown_settings(environ: Mapping[str, str] | None) -> Sequence[ShownSetting]:
    return [
        ShownSetting(each.name, each.group, each.value, each.source, each.written)
        for each in explained_settings(environ).settings
    ]


def _homes(environ: Mapping[str, str] | None) -> Mapping[str, Path]:
    """Say where each monitor lies."""
    own = monitors_folder(environ)
    folders = [*(Path(str(each)) for each in shipped_folders()), *(own_folders(own) if own else ())]
    return {each.name: each for each in folders}


def _tried_cases(bench: CaseBench, homes: Mapping[str, Path], monitor: Monitor, seconds: float) -> TriedCases:
    """Try the cases in a monitor's folder as it now is."""
    folder = homes.get(monitor.name)
    if folder is None or not folder.is_dir():
        return TriedCases(fault=GONE)
    try:
        trial = bench.trial(folder, seconds)
    except SerenoError as error:
        return TriedCases(fault=str(error))
    if trial is None:
        return TriedCases(pending=True)
    tried = [TriedCase(each.rule, each.case, each.differences) for each in trial.tried]
    return TriedCases(tried, changed=trial.monitor != monitor)


def _read_directory(latest: Latest[Directory], seconds: float) -> ReadDirectory:
    try:
        value = latest.ask(seconds)
    except SerenoError as error:
        return ReadDirectory(None, fault=str(error))
    return ReadDirectory(value, latest.age)
