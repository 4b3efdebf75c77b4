"""What the console of an installation looks at; its libraries are an extra, and imported with it alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from pathlib import Path
from socket import socket

from sereno import __version__
from sereno.adapters.cases import read_cases
from sereno.adapters.cycles import stamp_of
from sereno.adapters.monitors import own_folders, shipped_folders
from sereno.adapters.tables import csv_bytes
from sereno.adapters.workbook import write_rows
from sereno.bootstrap.checks import explained_settings
from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.domain.errors import MonitorError
from sereno.domain.rules import Monitor
from sereno.engine.ports import Store
from sereno.settings import monitors_folder
from sereno.web.export import export
from sereno.web.reading import CaseName, Reading, ShownSetting
from sereno.web.serving import open_socket, serve


def listen(host: str, port: int) -> socket:
    """Listen at a port of this machine; raise FaultyInput for a host that is another."""
    return open_socket(host, port)


def serve_console(site: Site, listener: socket, tell: Callable[[], None]) -> None:
    """Serve the console of an installation until it is stopped; its settings follow their file."""
    serve(_readings(site), listener, tell)


def export_console(site: Site, folder: Path) -> int:
    """Write the console's pages into a folder; return how many files."""
    return export(reading_of(site), folder)


def _readings(site: Site) -> Callable[[], Reading]:
    """Say how the installation is looked at, its settings read anew when their file has changed."""
    file = str(site.settings.env_file)

    @lru_cache(maxsize=1)
    def of(stamp: tuple[int, ...]) -> Reading:
        return reading_of(site if stamp == first else open_site("check"))

    first = tuple(stamp_of(file) or ())
    return lambda: of(tuple(stamp_of(file) or ()))


def reading_of(site: Site, environ: Mapping[str, str] | None = None) -> Reading:
    """Gather what the console asks of an installation; `environ` replaces the process's own environment."""
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
        cases=_cases(environ),
        sheet=csv_bytes,
        workbook=write_rows,
    )


@contextmanager
def _lend_store(site: Site) -> Iterator[Store | None]:
    with site.look_at_store() as store:
        yield store


def _shown_settings(environ: Mapping[str, str] | None) -> Sequence[ShownSetting]:
    return [
        ShownSetting(each.name, each.group, each.value, each.source, each.written)
        for each in explained_settings(environ).settings
    ]


def _cases(environ: Mapping[str, str] | None) -> Callable[[Monitor], Sequence[CaseName]]:
    """Name the cases of a monitor, read anew when their file has changed."""
    known: dict[str, tuple[object, Sequence[CaseName]]] = {}

    def cases(monitor: Monitor) -> Sequence[CaseName]:
        stamp = _stamp(environ, monitor)
        if monitor.name not in known or known[monitor.name][0] != stamp:
            known[monitor.name] = stamp, _case_names(environ, monitor)
        return known[monitor.name][1]

    return cases


def _stamp(environ: Mapping[str, str] | None, monitor: Monitor) -> object:
    folder = next((each for each in _folders(environ) if each.name == monitor.name), None)
    return folder and stamp_of(str(folder / "cases.toml"))


def _folders(environ: Mapping[str, str] | None) -> Sequence[Path]:
    own = monitors_folder(environ)
    return (*shipped_folders(), *(own_folders(own) if own else ()))


def _case_names(environ: Mapping[str, str] | None, monitor: Monitor) -> Sequence[CaseName]:
    """Name the cases of a monitor; none where its file cannot be read any more."""
    for each in _folders(environ):
        if each.name == monitor.name:
            try:
                return [CaseName(case.rule, case.name) for case in read_cases(each, monitor)]
            except MonitorError:
                return ()
    return ()
