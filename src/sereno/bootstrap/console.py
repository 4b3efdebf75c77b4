"""What the console of an installation looks at; its libraries are an extra, and imported with it alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from socket import socket

from sereno import __version__
from sereno.adapters.cases import read_cases
from sereno.adapters.cycles import stamp_of
from sereno.adapters.monitors import own_folders, shipped_folders
from sereno.adapters.passwords import ArgonPasswords
from sereno.adapters.tables import csv_bytes
from sereno.bootstrap.checks import explained_settings
from sereno.bootstrap.opening import open_site
from sereno.bootstrap.readers import reception_of
from sereno.bootstrap.site import Site
from sereno.domain.errors import MonitorError
from sereno.domain.hosts import is_loopback
from sereno.domain.rules import Monitor
from sereno.engine.ports import Store
from sereno.settings import monitors_folder
from sereno.web.entrance import Terms
from sereno.web.export import export
from sereno.web.reading import CaseName, Reading, ShownSetting
from sereno.web.serving import names_of, open_socket, serve


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
    terms = Terms(is_loopback(host), ours.proxy_header, ours.proxies)
    serve(_readings(site), listener, terms, names_of(host), tell)


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
        settings=partial(_shown_settings, environ),
        cases=partial(_case_names, environ),
        sheet=csv_bytes,
        change=site.open_store,
        passwords=passwords(),
        reception=reception_of(site),
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


def _case_names(environ: Mapping[str, str] | None, monitor: Monitor) -> Sequence[CaseName]:
    """Name the cases of a monitor; none where its file cannot be read any more."""
    folder = monitors_folder(environ)
    for each in (*shipped_folders(), *(own_folders(folder) if folder else ())):
        if each.name == monitor.name:
            try:
                return [CaseName(case.rule, case.name) for case in read_cases(each, monitor)]
            except MonitorError:
                return ()
    return ()
