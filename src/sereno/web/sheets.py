"""People and notices as sheets, for the operating role: each time that one is taken out is recorded first."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from sereno.domain.wallclock import first_reading, zone_of
from sereno.engine.proof import NOTICE_HEADINGS, notice_row
from sereno.engine.who_is_who import why_unreached
from sereno.web.catalogue_pages import NOT_IN_DIRECTORY, PEOPLE_SHEET_HEADINGS, WAYS
from sereno.web.downloads import CSV, download
from sereno.web.page import FIRST_YEAR, Asked
from sereno.web.people import AWAITED, Reader, Roll, gather
from sereno.web.reading import View

PEOPLE_SHEET, NOTICES_SHEET = "personas.csv", "avisos.csv"
LATELY = timedelta(days=30)
"""Whose notices are handed out where no days are named."""
LONGEST = timedelta(days=366)
"""Of how many days notices are handed out at once."""


def people_sheet(view: View, asked: Asked) -> Response:
    """Hand out who is who, and who will receive what; raise HTTPException where that cannot be told."""
    if view.store is None:
        raise HTTPException(503, view.fault)
    read = view.reading.directory(AWAITED)
    if read.directory is None:
        raise HTTPException(503, read.fault)
    roll = gather(view, view.store, read.directory)
    rows = list(_people(roll, roll.readers()))
    view.note(asked.visitor.name, "people_exported", "", f"{len(rows)} filas")
    return download(PEOPLE_SHEET, CSV, view.reading.sheet(PEOPLE_SHEET_HEADINGS, rows))


def notices_sheet(view: View, asked: Asked) -> Response:
    """Hand out who was told of what between two days; raise HTTPException for days that are none."""
    if view.store is None:
        raise HTTPException(503, view.fault)
    last = _day(asked.of("hasta"), view.now.date())
    if last.year <= FIRST_YEAR:
        raise HTTPException(400)
    first = _day(asked.of("desde"), last - LATELY)
    if not timedelta() <= last - first <= LONGEST or last.year > view.now.year + 1 or first.year < FIRST_YEAR:
        raise HTTPException(400)
    zone = zone_of(view.now)
    since, until = (first_reading(day, time(), zone) for day in (first, last + timedelta(days=1)))
    rows = [notice_row(each) for each in view.store.notices(since, until, None)]
    days = f"{first:%d/%m/%Y} a {last:%d/%m/%Y}"
    view.note(asked.visitor.name, "notices_exported", days, f"{len(rows)} filas")
    return download(NOTICES_SHEET, CSV, view.reading.sheet(NOTICE_HEADINGS, rows))


def _people(roll: Roll, readers: Sequence[Reader]) -> Iterator[tuple[str, ...]]:
    """Yield a row of each active person, then of the addresses that nobody in the directory has."""
    theirs = {reader.address.casefold(): reader for reader in readers}
    roles: dict[int, list[str]] = {}
    for holding in roll.holdings():
        for person in holding.people:
            roles.setdefault(id(person), []).append(f"{holding.monitor}/{holding.role}")
    for person in roll.directory.people:
        if person.active:
            reader = theirs.get((person.address or "").casefold())
            why = "" if person.address else why_unreached(person)
            login, number = person.login or "", "" if person.id is None else str(person.id)
            has = ", ".join(roles.get(id(person), ()))
            yield (person.label, login, number, person.address or "", why, has, _receives(reader))
    strangers = (reader for reader in readers if not reader.label)
    yield from ((NOT_IN_DIRECTORY, "", "", each.address, "", "", _receives(each)) for each in strangers)


def _receives(reader: Reader | None) -> str:
    found = reader.receipts if reader else ()
    return "; ".join(f"{each.monitor}/{each.digest}: {WAYS[each.way]}" for each, _ in found)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise HTTPException(400) from None
