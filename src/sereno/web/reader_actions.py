"""What a reader does on his own page, by forms alone: each opens the store for one write."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import partial

from starlette.responses import RedirectResponse, Response

from sereno.domain.ledger import Snooze
from sereno.domain.personal import CODES_WITHIN, MOST_CODES, MOST_TRIES, feed_mark, is_sealed, proof_of
from sereno.domain.redaction import PERSONAL
from sereno.domain.snoozing import is_day_allowed, last_day
from sereno.engine.access import Deed
from sereno.engine.code_letter import CodeLetter
from sereno.engine.ports import Store
from sereno.engine.reader_ports import Request
from sereno.web import catalogue_readers as words
from sereno.web.reader_pages import MOST_LETTERS, code_page, finding_page, request_called
from sereno.web.reader_visits import CLOSED, PRIVATE, Refusal, Row, Visit, own, row_called, rows_of, shown
from sereno.web.words import day

Typed = Mapping[str, str]
FEEDS = f"{PERSONAL}calendario/"
"""Where calendars are: beside the pages, so that a proxy passes on one place and none of the console's."""
MOST_FEEDS = 5
"""Calendars that one person makes within CODES_WITHIN."""
MOST_DEEDS = 10_000
"""Beyond what the limits let all readers have recorded within that time."""


def ask_for_code(visit: Visit, token: str, typed: Typed) -> Response:
    """Mail a code, where what is asked for may be done; else show the form again with what was typed."""
    found = own(visit)
    row, reason = row_called(visit, found, token), " ".join(typed.get("motivo", "").split())
    refused = _refused(visit, row, typed, reason)
    if refused:
        return _again(visit, token, typed, refused)
    until = date.fromisoformat(typed["hasta"])
    snooze = Snooze(until, found.person.label, reason, row.found.entry.due)
    request, letter = _request(visit, row, snooze)
    with _writing(visit) as store:
        message = visit.reception.compose(letter)
        asked = partial(_note, visit, store, "code_asked", row, f"hasta el {day(until)}")
        refused_before = len(_of_late(visit, store, "code_asked")) > MOST_CODES
        if not refused_before:
            asked()
        if not store.readers.ask(request, message, visit.now - CODES_WITHIN, MOST_CODES):
            return _again(visit, token, typed, "many", 429)
        if refused_before:  # a revocation has voided what was counted
            asked()
    return _on_to(f"{visit.place}/codigo/{request.id}")


def give_code(visit: Visit, request_id: str, typed: Typed) -> Response:
    """Put the finding off, where the code is the one that was mailed."""
    request = request_called(visit, request_id)
    if not is_sealed(typed.get("sello", ""), visit.token, visit.key):
        return code_page(visit, request, refused="seal")
    row = _still_open(visit, request)
    refused = _overtaken(visit, request, row)
    if refused or row is None:
        return code_page(visit, request, refused=refused)
    with _writing(visit) as store:
        proof = proof_of(request.id, typed.get("codigo", ""), visit.key)
        snooze, tried = request.snooze, store.readers.request(request.id) or request
        if tried.tries <= MOST_TRIES:  # the first that comes too late is recorded, no other
            _note(visit, store, "code_given", row, f"hasta el {day(snooze.until)}: {snooze.reason}")
        verdict = store.readers.redeem(request.id, proof, visit.now)
        after = store.readers.request(request.id) or request
    if verdict == "done":
        return _on_to(f"{visit.place}/codigo/{request.id}")
    return code_page(visit, after, verdict)


def make_feed(visit: Visit, typed: Typed) -> Response:
    """Make a calendar, and show its address this once."""
    own(visit)  # nobody has a calendar who is not in the directory
    if not is_sealed(typed.get("sello", ""), visit.token, visit.key):
        return _not_done(403, words.REFUSALS["seal"])
    token = visit.reception.new_token()
    with _writing(visit) as store:
        if _has_enough(visit, store):
            return _not_done(429, words.REFUSALS["feeds"].format(most=MOST_FEEDS))
        store.audit.note(_deed(visit, "feed_made"))
        generation = visit.admission.generation
        if not store.readers.make_feed(visit.address, feed_mark(token), visit.now, generation):
            raise Refusal(*CLOSED)  # the link was revoked while this was asked for
    return shown(200, "reader_feed.html", visit=visit, address=f"{visit.reception.url}{FEEDS}{token}.ics")


def end_feed(visit: Visit, typed: Typed) -> Response:
    """Take the calendar away."""
    if not is_sealed(typed.get("sello", ""), visit.token, visit.key):
        return _not_done(403, words.REFUSALS["seal"])
    with _writing(visit) as store:
        if store.readers.feed_since(visit.address) is not None:
            store.audit.note(_deed(visit, "feed_ended"))
            store.readers.end_feed(visit.address)
    return _on_to(visit.place)


def revoke(visit: Visit, typed: Typed) -> Response:
    """Let no link that was sent so far open anything, nor the calendar that one of them made."""
    if not is_sealed(typed.get("sello", ""), visit.token, visit.key):
        return _not_done(403, words.REFUSALS["seal"])
    with _writing(visit) as store:
        store.audit.note(_deed(visit, "links_revoked"))
        store.readers.revoke(visit.address)
    return shown(200, "reader_word.html", title=words.REVOKED, about=words.REVOKED_ABOUT)


def _refused(visit: Visit, row: Row, typed: Typed, reason: str) -> str:
    """Say why no code is mailed; empty where it is. The limits are those of `sereno snooze`."""
    if not is_sealed(typed.get("sello", ""), visit.token, visit.key):
        return "seal"
    if not row.can_be_put_off:
        return "due"
    if not _is_day(typed.get("hasta", ""), visit.now.date()):
        return "day"
    if not reason or len(reason) > MOST_LETTERS:
        return "long" if reason else "reason"
    return "trial" if visit.reception.trial else ""


def _is_day(text: str, today: date) -> bool:
    try:
        return is_day_allowed(date.fromisoformat(text), today)
    except ValueError:
        return False


def _again(visit: Visit, token: str, typed: Typed, refused: str, code: int = 422) -> Response:
    said = words.REFUSALS[refused].format(
        last=day(last_day(visit.now.date())), most=MOST_CODES if refused == "many" else MOST_LETTERS
    )
    return finding_page(visit, token, typed, said, code)


def _request(visit: Visit, row: Row, snooze: Snooze) -> tuple[Request, CodeLetter]:
    reception, entry = visit.reception, row.found.entry
    name, message_id, code = reception.new_id(), reception.new_id(), reception.new_code()
    proof = proof_of(name, code, visit.key)
    monitor = row.found.monitor.name
    request = Request(
        name, visit.address, monitor, entry.rule, entry.track, snooze, proof, message_id, visit.now
    )
    shown_code = f"{code[:4]} {code[4:]}"
    about = f"{row.title}: {row.brief}"
    return request, CodeLetter(message_id, visit.address, shown_code, about, snooze.until, visit.now)


def _still_open(visit: Visit, request: Request) -> Row | None:
    named = (request.monitor, request.rule, request.track)
    rows = rows_of(visit.view, own(visit))
    return next((row for row in rows if row.named == named), None)


def _overtaken(visit: Visit, request: Request, row: Row | None) -> str:
    """Say what has changed since the code was asked for, so that it may no longer be done."""
    if row is None:
        return "gone"
    if not row.can_be_put_off:
        return "due"
    if row.found.entry.due != request.snooze.due:
        return "moved"
    return "" if is_day_allowed(request.snooze.until, visit.now.date()) else "day"


def _writing(visit: Visit) -> AbstractContextManager[Store]:
    return visit.reception.write_store()


def _note(visit: Visit, store: Store, action: str, row: Row, detail: str) -> None:
    entry = row.found.entry
    subject = f"{row.found.monitor.name} {entry.rule} {row.key}"
    store.audit.note(_deed(visit, action, subject, detail))


def _deed(visit: Visit, action: str, subject: str = "", detail: str = "") -> Deed:
    """Say what a reader does; it is recorded before it is done, whether or not it then can be."""
    return Deed(visit.now, visit.address, action, subject or visit.address, detail)


def _of_late(visit: Visit, store: Store, action: str) -> list[Deed]:
    """List what is recorded of the visitor within the time for which codes are counted."""
    deeds = store.audit.deeds(visit.now - CODES_WITHIN, MOST_DEEDS, action=action)
    return [deed for deed in deeds if deed.who == visit.address]


def _has_enough(visit: Visit, store: Store) -> bool:
    """Tell whether the visitor has made as many calendars of late as he may; the first refusal is noted."""
    deeds = _of_late(visit, store, "feed_made")
    made = [deed for deed in deeds if not deed.detail]
    if len(made) >= MOST_FEEDS and len(deeds) == len(made):
        store.audit.note(_deed(visit, "feed_made", detail=words.REFUSED_FEED))
    return len(made) >= MOST_FEEDS


def _not_done(code: int, why: str) -> Response:
    return shown(code, "reader_word.html", title=words.UNSENT, about=why)


def _on_to(place: str) -> Response:
    """Lead on to a page that may be asked for again."""
    return RedirectResponse(place, 303, headers=PRIVATE)
