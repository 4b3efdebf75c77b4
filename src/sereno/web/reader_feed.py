"""A reader's calendar: each due date a day, and whatever could not be seen a day as well."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

from icalendar import Calendar, Event
from starlette.responses import Response

from sereno.domain.errors import SerenoError
from sereno.domain.personal import feed_mark
from sereno.web import catalogue_readers as words
from sereno.web.reader_visits import PRIVATE, Refusal, Row, doubts_of, own_of, rows_of
from sereno.web.reading import Reading, View, look
from sereno.web.words import day, visible

KIND = "text/calendar; charset=utf-8"
EVERY = timedelta(hours=4)
"""How often a program may ask again."""
LONGEST = 400


def feed(read: Callable[[], Reading], token: str) -> Response:
    """Answer with the calendar that a token opens.

    What cannot be told is refused with 503: a program then keeps what it has, which an empty calendar would
    take away.
    """
    try:
        with look(read()) as view:
            content = _calendar(view, token)
    except Refusal as refusal:
        return Response(f"{refusal.title}\n", refusal.code, PRIVATE, "text/plain; charset=utf-8")
    except SerenoError:  # its details are the operators'
        return Response(f"{words.UNREADABLE}\n", 503, PRIVATE, "text/plain; charset=utf-8")
    return Response(content, headers=PRIVATE, media_type=KIND)


def _calendar(view: View, token: str) -> bytes:
    reception, store = view.reading.reception, view.store
    owner = store.readers.feed_owner(feed_mark(token)) if store is not None else None
    if reception is None or store is None or owner is None:
        raise Refusal(404, words.CLOSED, "")
    found = own_of(view, store, reception, owner)
    rows = rows_of(view, found)
    calendar = Calendar()
    calendar.add("prodid", "-//Sereno//Mis vencimientos//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words.CALENDAR)
    undated = sum(row.found.entry.due is None for row in rows)
    calendar.add("x-wr-caldesc", words.CALENDAR_ABOUT.format(undated=undated))
    calendar.add("refresh-interval", EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", EVERY)
    for event in _events(view, rows, doubts_of(view, found)):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(view: View, rows: list[Row], doubts: list[str]) -> list[Event]:
    today = view.now.date()
    events = [_due_event(row, row.found.entry.due) for row in rows if row.found.entry.due is not None]
    late = [row for row in rows if row.found.days is not None and row.found.days < 0]
    if late:  # who looks at today sees no day of last month
        listed = "\n".join(f"{day(row.found.entry.due)} · {row.title}: {row.brief}" for row in late)
        events.append(
            _event("vencidos", words.OVERDUE_TODAY.format(count=len(late)), listed, today, view.now)
        )
    if doubts:
        events.append(_event("dudas", words.UNSEEN_TODAY, "\n".join(doubts), today, view.now))
    return events


def _due_event(row: Row, due: date) -> Event:
    entry = row.found.entry
    overdue = row.found.days is not None and row.found.days < 0
    title = (words.EVENT_OVERDUE if overdue else words.EVENT).format(what=row.title, key=row.brief)
    about = [words.EVENT_ABOUT.format(monitor=row.found.monitor.title, day=day(due))]
    if row.found.snoozed_until:
        about.append(words.EVENT_SNOOZED.format(day=day(row.found.snoozed_until)))
    if row.rest:
        about.append(row.rest)
    stamped = datetime.combine(entry.last_seen, time(), UTC)
    return _event(row.token, title, " ".join(about), due, stamped)


def _event(name: str, title: str, about: str, on: date, stamped: datetime) -> Event:
    """Make a day of the calendar; its name stays the same while what it is about does."""
    event = Event()
    event.add("uid", f"{blake2b(name.encode(), digest_size=12).hexdigest()}@sereno")
    event.add("dtstamp", stamped.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", _plain(title))
    event.add("description", _plain(about))
    event.add("transp", "TRANSPARENT")
    return event


def _plain(text: str) -> str:
    """Keep what a reader sees of a text, and not too much of it."""
    lines = (" ".join(visible(line).split()) for line in text.split("\n"))
    kept = "\n".join(line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…" for line in lines)
    return kept.encode(errors="replace").decode()
