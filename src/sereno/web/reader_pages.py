"""What a reader sees on his own page: nothing here changes anything, however often it is asked for."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from sereno.domain.ledger import Track
from sereno.domain.personal import MOST_TRIES
from sereno.domain.snoozing import last_day
from sereno.engine.reader_ports import Redeemed, Request
from sereno.web import catalogue_readers as words
from sereno.web.reader_visits import (
    Refusal,
    Row,
    Visit,
    doubts_of,
    own,
    row_called,
    rows_of,
    shown,
)
from sereno.web.words import day

MOST_LETTERS = 300
"""Of a reason: every digest that tells of it carries it."""
NOTHING_TYPED: Mapping[str, str] = {}


def my_page(visit: Visit) -> Response:
    """Show what is open and the visitor's."""
    found = own(visit)
    return shown(
        200,
        "reader.html",
        visit=visit,
        person=found.person.label,
        rows=rows_of(visit.view, found),
        doubts=doubts_of(visit.view, found),
        seen=[each for each in found.seen if each.at is not None],
        feed_since=visit.store.readers.feed_since(visit.address),
    )


def finding_page(
    visit: Visit, token: str, typed: Mapping[str, str] = NOTHING_TYPED, refused: str = "", code: int = 200
) -> Response:
    """Show a finding, and the form that asks for a code; with what was typed, where that was refused."""
    row = row_called(visit, own(visit), token)
    return shown(
        code, "reader_finding.html", visit=visit, row=row, refused=refused, **_form(visit, row, typed)
    )


def code_page(
    visit: Visit, request: Request, verdict: Redeemed | None = None, *, refused: str = ""
) -> Response:
    """Show where the code is given, or what became of it."""
    verdict = "used" if verdict is None and request.used_at is not None else verdict
    row = next((row for row in rows_of(visit.view, own(visit)) if row.named == _named(request)), None)
    left = max(0, MOST_TRIES - request.tries)
    said = words.VERDICTS[verdict].format(left=left) if verdict else ""
    if refused:
        said = words.REFUSALS[refused].format(last=day(last_day(visit.now.date())))
    return shown(
        200 if verdict in {None, "used"} and not refused else 422,
        "reader_code.html",
        visit=visit,
        request=request,
        row=row,
        said=said,
        done=verdict == "used",
        over=verdict in {"spent", "expired"} or refused not in {"", "seal"},
        held=visit.store.desk.held() is not None,
        typed={"hasta": request.snooze.until.isoformat(), "motivo": request.snooze.reason},
    )


def request_called(visit: Visit, request_id: str) -> Request:
    """Return a request of the visitor's own; raise Refusal for any other."""
    request = visit.store.readers.request(request_id)
    if request is None or request.address != visit.address:
        raise Refusal(404, words.GONE, words.GONE_ABOUT)
    return request


def _named(request: Request) -> tuple[str, str, Track]:
    return request.monitor, request.rule, request.track


def _form(visit: Visit, row: Row, typed: Mapping[str, str]) -> dict[str, object]:
    today = visit.now.date()
    first, last = today + timedelta(days=1), last_day(today)
    return {"first": first, "last": last, "most": MOST_LETTERS, "typed": typed, "due": row.found.entry.due}
