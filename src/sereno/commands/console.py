"""The console: served to this machine, or written as files."""

from pathlib import Path
from types import ModuleType

import click

from sereno.bootstrap.opening import open_site
from sereno.domain.errors import SerenoError

LIBRARIES = frozenset({"argon2", "fastapi", "starlette", "uvicorn", "prometheus_client", "icalendar"})
NEEDS_EXTRA = (
    "La consola no está instalada. Instálela: pip install 'sereno[console]' (o make install EXTRAS=console)"
)

IN_THE_CLEAR = (
    "Se atiende a otras máquinas sin cifrar, y las contraseñas viajan a la vista: "
    "póngale delante un proxy con TLS"
)


def show_console(host: str, port: int, folder: str | None, parent: int | None = None) -> int:
    """Serve the console until it is stopped, or write its pages into a folder."""
    console = needed_extra()
    if parent is not None:
        console.end_with(parent)
    if folder is not None:
        written = console.export_console(open_site("check"), Path(folder))
        click.echo(f"{written} ficheros en {folder}: abra {Path(folder) / 'index.html'}")
        return 0
    site = open_site("check")
    listener = console.listen(site, host, port)
    if console.is_in_the_clear(site, host):
        site.terminal.warn([IN_THE_CLEAR])
    address = f"http://{_written(host)}:{listener.getsockname()[1]}/"
    console.serve_console(
        site, host, listener, lambda: click.echo(f"Consola en {address} (Ctrl+C la detiene)")
    )
    return 0


def needed_extra() -> ModuleType:
    """Return what builds the console; raise SerenoError where its libraries are not installed."""
    try:
        from sereno.bootstrap import console  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        if error.name not in LIBRARIES:
            raise
        raise SerenoError(NEEDS_EXTRA) from error
    return console


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
