"""The working calendar: public holidays from the `holidays` library, the rest from the holidays file."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

import holidays

from sereno.domain.calendar import Calendar, HolidayBook, parse_holidays, year_to_confirm
from sereno.domain.errors import Fault
from sereno.engine.ports import Log

PublicHolidays = Callable[[int], Mapping[date, str]]
Stamp = tuple[int, int]

UNCONFIRMED = "Nadie ha confirmado los festivos de {year}: complete su fichero y añada «# completo {year}»."
NO_FILE = "No existe {file} (MASTER_FESTIVOS_FILE): solo cuentan los festivos de la biblioteca."

NO_ENTRIES = HolidayBook({}, {}, frozenset())


class HolidayCalendar:
    """Give the working calendar, and read the holidays file again when it changes."""

    def __init__(self, country: str, subdiv: str, file: Path) -> None:
        self._public, self._region_fault = _public_holidays(country.upper(), subdiv)
        self._file = file
        self._stamp: Stamp | None = None
        self._book = NO_ENTRIES

    def calendar(self) -> Calendar:
        """Return the calendar as region and file now stand; its `fault` says what could not be used.

        A file that was never there has no entries. One that has gone, or can no longer be read, leaves those
        read last: a file being replaced must not turn a holiday into a working day.
        """
        faults = (self._region_fault, self._refresh())
        return Calendar(self._public, self._book, "\n".join(filter(None, faults)) or None)

    def _refresh(self) -> str | None:
        try:
            stamp = _stamp(self._file)
            if stamp != self._stamp:
                self._book = parse_holidays(_decode(self._file.read_bytes()))
                self._stamp = stamp
        except FileNotFoundError:
            return self._file_fault("ya no está") if self._stamp else None
        except OSError as error:
            return self._file_fault(f"no se puede leer ({error.strerror})")
        return None

    def _file_fault(self, found: str) -> str:
        kept = "valen las entradas leídas antes" if self._stamp else "no cuenta ninguna de sus entradas"
        expected = "el fichero de festivos (MASTER_FESTIVOS_FILE), legible para quien ejecuta Sereno"
        return str(Fault(str(self._file), f"{found}; {kept}", expected))


def calendar_faults(calendar: Calendar, file: Path) -> Iterator[str]:
    """Yield in words everything that is wrong with the calendar: what could not be used, each bad line."""
    if calendar.fault:
        yield calendar.fault
    for fault in calendar.book.faults:
        where = f"{file}, línea {fault.number}"
        yield str(Fault(where, f"«{fault.line[:80]}» no vale y no cuenta", fault.expected))


def calendar_advice(calendar: Calendar, file: Path, today: date) -> tuple[str, ...]:
    """Say what is wrong with the calendar, and which year is still uncertain."""
    absent = () if file.exists() else (NO_FILE.format(file=file),)
    year = year_to_confirm(calendar, today)
    unsure = () if year is None else (UNCONFIRMED.format(year=year),)
    return (*absent, *calendar_faults(calendar, file), *unsure)


def watched_calendar(
    read: Callable[[], Calendar], faults: Callable[[], tuple[str, ...]], log: Log
) -> Callable[[], Calendar]:
    """Give the calendar as it is read, and log what is wrong with it whenever that changes."""
    told = [faults()]

    def calendar() -> Calendar:
        found = faults()
        if found != told[-1]:
            told[:] = [found]
            log.warning("calendar.changed", faults="; ".join(found))
        return read()

    return calendar


def _public_holidays(country: str, subdiv: str) -> tuple[PublicHolidays, str | None]:
    @cache
    def public(year: int) -> Mapping[date, str]:
        return dict(
            holidays.country_holidays(country, subdiv or None, years=year, expand=False, language="es")
        )

    try:
        holidays.country_holidays(country, subdiv or None)
    except NotImplementedError:
        return _no_holidays, _region_fault(country, subdiv)
    return public, None


def _no_holidays(_year: int) -> Mapping[date, str]:
    return {}


def _region_fault(country: str, subdiv: str) -> str:
    found = "no se conocen sus festivos; cuentan solo los fines de semana y el fichero de festivos"
    return str(Fault(f"HOLIDAYS_COUNTRY={country}, HOLIDAYS_SUBDIV={subdiv}", found, _known_regions(country)))


def _known_regions(country: str) -> str:
    try:
        known = holidays.country_holidays(country).subdivisions
    except NotImplementedError:
        return "un país por su código de dos letras, como ES, y una de sus regiones, como MD"
    return f"una de las regiones de {country}: {', '.join(known)}"


def _stamp(file: Path) -> Stamp:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # cp1252 leaves five bytes without a meaning: they must not cost the lines that have one.
        return data.decode("cp1252", errors="replace")
