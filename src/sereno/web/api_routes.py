"""Where programs ask: status, runs, findings, messages."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BeforeValidator

from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import State
from sereno.domain.wallclock import first_reading, zone_of
from sereno.engine.open_findings import FindingForm
from sereno.engine.ports import Store
from sereno.engine.standing import STORELESS
from sereno.web.api import (
    MessageForm,
    RunForm,
    StatusForm,
    finding_forms,
    message_forms,
    run_forms,
    status_form,
)
from sereno.web.callers import API, KEPT_OUT, caller
from sereno.web.entrance import Terms
from sereno.web.places import seen
from sereno.web.reading import Reading, View, blanks_of, look

RECENT = timedelta(days=30)
Limit = Annotated[int, Query(ge=1, le=1000)]
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
"""Before the one and after the other no round was ever gone."""


def _as_written(text: Any) -> Any:  # noqa: ANN401  # whatever stands in the address
    """Let a day be written in one way; a number would be taken for seconds."""
    if isinstance(text, str) and not DAY.fullmatch(text):
        raise ValueError("se espera AAAA-MM-DD")
    return text


Since = Annotated[date | None, BeforeValidator(_as_written)]
INCOMPLETE = "Sereno-Incomplete"
INCOMPLETE_HEADER = {
    INCOMPLETE: {
        "description": "The monitors that nobody looks with, or with which not all was seen when it was "
        "owed: their findings may not be all. Missing where there are none.",
        "schema": {"type": "string"},
    }
}
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: {"description": "The store is missing or cannot be read."}
}


def api_routes(read: Callable[[], Reading], terms: Terms) -> APIRouter:
    """Say what programs can ask; each by a session, or by a user's name and password (RFC 7617)."""
    router = APIRouter(prefix=API, dependencies=[Depends(caller(read, terms))], responses=KEPT_OUT)

    @router.get("/status")
    def status() -> StatusForm:
        """Tell how the watch stands."""
        return seen(read(), status_form)

    @router.get("/runs", responses=UNAVAILABLE)
    def runs(since: Since = None, limit: Limit = 100) -> list[RunForm]:
        """List rounds, the newest first; those of the last 30 days where `since` is not given."""
        with _store(read) as (view, store):
            day = (view.now - RECENT).date() if since is None else since
            known = min(max(day, FIRST_DAY), LAST_DAY)
            return run_forms(store, first_reading(known, time(), zone_of(view.now)), limit)

    @router.get("/findings", responses={**UNAVAILABLE, 200: {"headers": INCOMPLETE_HEADER}})
    def findings(
        response: Response, offset: Annotated[int, Query(ge=0, le=10**6)] = 0, limit: Limit = 100
    ) -> list[FindingForm]:
        """List open findings in the order of the digests; a header names of whom it may not be all."""
        with _store(read) as (view, _):
            if found := blanks_of(view):
                response.headers[INCOMPLETE] = ", ".join(each.post.monitor.name for each in found)
            return finding_forms(view, offset, limit)

    @router.get("/messages", responses=UNAVAILABLE)
    def messages(
        state: State | None = None, origin: str | None = None, limit: Limit = 100
    ) -> list[MessageForm]:
        """List deliveries, the newest first; never what they say."""
        with _store(read) as (_, store):
            return message_forms(store, state, origin, limit)

    return router


@contextmanager
def _store(read: Callable[[], Reading]) -> Iterator[tuple[View, Store]]:
    try:
        with look(read()) as view:
            if view.store is None:
                raise HTTPException(503, STORELESS)
            yield view, view.store
    except StoreUnavailable as error:
        raise HTTPException(503, str(error)) from error
