"""Pick how a register is read by the kind of its address; the readers are imported when they are needed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from sereno.adapters.sources.database import open_source
from sereno.adapters.sources.faults import hint, unavailable
from sereno.adapters.sources.ports import Reader, Source


def open_register_source(register: str, url: str, password: str | None, timeout: float) -> Source:
    """Make the source of a register; nothing is opened, and nothing raised, before its `open()`.

    `password` replaces the one in the URL. `timeout`, in seconds, bounds connecting, waiting for a lock or
    for whoever is writing, and each read of a table.
    """
    make = _MAKERS.get(url.partition(":")[0])
    if make is None:
        return open_source(register, url, password, timeout)
    return _LateSource(make, register, url, password, timeout)


@dataclass(frozen=True, slots=True)
class _LateSource:
    """Make a source when it is opened: a wrong address or missing driver is then told like the rest."""

    make: Callable[[str, URL, float], Source]
    register: str
    url: str = field(repr=False)
    password: str | None = field(repr=False)
    timeout: float

    @contextmanager
    def open(self) -> Iterator[Reader]:
        with self.make(self.register, self._parsed(), self.timeout).open() as reader:
            yield reader

    def _parsed(self) -> URL:
        try:
            url = make_url(self.url)
        except (ArgumentError, ValueError):  # `from None`: the cause may quote the password
            raise unavailable(self.register, "su dirección no se entiende", hint(self.register)) from None
        return url if self.password is None else url.set(password=self.password)


def _odbc(register: str, url: URL, timeout: float) -> Source:
    try:
        from sereno.adapters.sources.odbc import OdbcSource
    except ImportError as error:
        what = f"falta lo necesario para ODBC ({error})"
        advice = (
            "Instálelo con: pip install 'sereno[odbc]', y con él el controlador de la base de datos "
            "(docs/how-to/access.md)"
        )
        raise unavailable(register, what, advice) from None
    return OdbcSource(register, url, timeout)


def _access_file(register: str, url: URL, timeout: float) -> Source:
    from sereno.adapters.sources.access_file import AccessFileSource

    return AccessFileSource(register, _path(register, url), timeout)


def _csv_folder(register: str, url: URL, timeout: float) -> Source:
    from sereno.adapters.sources.csv_folder import CsvFolderSource

    return CsvFolderSource(register, _path(register, url), timeout)


def _workbook(register: str, url: URL, timeout: float) -> Source:
    from sereno.adapters.sources.workbook_file import WorkbookSource

    return WorkbookSource(register, _path(register, url), timeout)


def _path(register: str, url: URL) -> Path:
    if not url.database:
        raise unavailable(register, "a su dirección le falta la ruta", hint(register))
    return Path(url.database).absolute()


_MAKERS: Mapping[str, Callable[[str, URL, float], Source]] = {
    "access+pyodbc": _odbc,
    "mssql+pyodbc": _odbc,
    "accdb": _access_file,
    "csv": _csv_folder,
    "xlsx": _workbook,
}
