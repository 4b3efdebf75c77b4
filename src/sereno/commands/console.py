"""The console: served to this machine, or written as files."""

from pathlib import Path

import click

from sereno.bootstrap.opening import open_site
from sereno.domain.errors import SerenoError

LIBRARIES = frozenset({"fastapi", "starlette", "uvicorn", "prometheus_client"})
NEEDS_EXTRA = (
    "La consola no está instalada. Instálela: pip install 'sereno[console]' (o make install EXTRAS=console)"
)


def show_console(host: str, port: int, folder: str | None) -> int:
    """Serve the console until it is stopped, or write its pages into a folder."""
    try:
        from sereno.bootstrap.console import export_console, listen, serve_console  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        if error.name not in LIBRARIES:
            raise
        raise SerenoError(NEEDS_EXTRA) from error
    if folder is not None:
        written = export_console(open_site("check"), Path(folder))
        click.echo(f"{written} ficheros en {folder}: abra {Path(folder) / 'index.html'}")
        return 0
    listener = listen(host, port)
    site = open_site("check")
    address = f"http://{_written(host)}:{listener.getsockname()[1]}/"
    serve_console(site, listener, lambda: click.echo(f"Consola en {address} (Ctrl+C la detiene)"))
    return 0


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
