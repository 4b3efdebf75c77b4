"""What is looked at without writing anything: registers and the working calendar."""

from datetime import date

from sereno.bootstrap.opening import open_site
from sereno.domain.calendar import YEAR_HEADING, YEAR_LEGEND, year_rows
from sereno.domain.errors import Fault, FaultyInput


def check_registers() -> int:
    """Hold every configured register against what the monitors declare; 1 when something does not fit."""
    site = open_site("check")
    inspected = list(site.inspect_registers())
    site.terminal.inspection(
        inspected, [name for name, access in site.settings.registers.items() if not access.url]
    )
    return int(not inspected or any(each.fault for each in inspected))


def check_calendar() -> int:
    """Tell what is wrong with the working calendar, and which year is uncertain; 1 if anything is."""
    site = open_site("check")
    faults = site.calendar_faults()
    site.terminal.warn(faults)
    if not faults:
        site.terminal.say(f"El calendario es correcto ({site.settings.festivos_file}).")
    return int(bool(faults))


def show_year(year: str) -> int:
    """Print a year, a row a month."""
    if not year.isdecimal() or not date.min.year <= int(year) <= date.max.year:
        raise FaultyInput((Fault("calendar", year, "un año, por ejemplo 2026, o explain AAAA-MM-DD"),))
    site = open_site("check")
    for row in (YEAR_HEADING, *year_rows(site.calendar(), int(year)), YEAR_LEGEND):
        site.terminal.say(row)
    return 0


def explain_day(day: str) -> int:
    """Say why a day is what it is."""
    try:
        asked = date.fromisoformat(day)
    except ValueError:
        raise FaultyInput((Fault("calendar explain", day, "una fecha AAAA-MM-DD"),)) from None
    site = open_site("check")
    kind = site.calendar().explain(asked)
    site.terminal.say(f"{asked:%d/%m/%Y}: {'laborable' if kind.working else 'no laborable'} ({kind.reason})")
    return 0
