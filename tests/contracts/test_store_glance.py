"""A look at a store sees what the store itself would say, of a file all of it as it stood when it began."""

import random
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import event
from tests.contracts.building import DAY, NOW, a_run, an_entry, queue, tell, told

from sereno.adapters.store.engine import reading
from sereno.adapters.store.opening import look_at_store, open_as_it_is, open_store
from sereno.domain.cadence import Period
from sereno.engine.access import Deed

MONITORS, DIGESTS, STATES = ("brass", "riesgos"), ("diario", "mensual"), ("complete", "blind", "unaddressed")
PERIODS = [
    Period("2026-11-23", DAY.opens - timedelta(days=1), DAY.closes - timedelta(days=1)),
    DAY,
    Period("2026-11", DAY.opens - timedelta(days=22), DAY.closes + timedelta(days=6)),
    Period("2026-W48", DAY.opens, DAY.closes),
]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.external)])
def url(request, tmp_path):
    if request.param == "postgresql":
        return request.getfixturevalue("database_url")
    return f"sqlite:///{tmp_path}/sereno.sqlite"


@pytest.fixture
def store(url):
    opened = open_store(url, NOW)
    yield opened
    opened.close()


def fill(store, seed):
    """Note periods and runs as they come, some at the same instant, some of periods that nobody noted."""
    chance = random.Random(seed)
    for monitor, digest, period in product(MONITORS, DIGESTS, PERIODS):
        if chance.random() < 0.7:
            store.open_period(monitor, digest, period)
        for _ in range(chance.randrange(4)):
            ended = NOW - timedelta(minutes=chance.randrange(5))
            run = a_run(monitor=monitor, digest=digest, period=period.id, finished_at=ended, forced=True)
            store.record(replace(run, state=chance.choice(STATES), sent=False), ())


@pytest.mark.parametrize("seed", range(5))
def test_a_look_says_of_every_digest_what_the_store_says(url, store, seed):
    fill(store, seed)
    tell(store, told())
    moments = (NOW, NOW + timedelta(days=1), DAY.opens, DAY.closes)
    with look_at_store(url, NOW) as seen:
        assert seen.open_owners() == store.open_owners() != []
        for monitor, digest in product((*MONITORS, "nadie"), DIGESTS):
            for period in PERIODS:  # before anything else was asked of them
                assert seen.runs(monitor, digest, period.id) == store.runs(monitor, digest, period.id)
    with look_at_store(url, NOW) as seen:
        for monitor, digest in product((*MONITORS, "nadie"), DIGESTS):
            for moment in moments:
                opened = store.opened_periods(monitor, digest, moment)
                assert seen.opened_periods(monitor, digest, moment) == opened
            for period in PERIODS:
                assert seen.runs(monitor, digest, period.id) == store.runs(monitor, digest, period.id)
            for state in (None, *STATES):
                assert seen.last_run(monitor, digest, state=state) == store.last_run(
                    monitor, digest, state=state
                )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_look_does_not_see_what_is_written_while_it_lasts(url, store):
    queue(store)
    with look_at_store(url, NOW) as seen:
        before = seen.runs_since(NOW)
        tell(store, told())
        store.record(a_run(monitor="riesgos", digest="diario"), ())
        assert seen.runs_since(NOW) == before
        assert seen.last_run("riesgos", "diario") is None
        assert seen.open_owners() == []
    with look_at_store(url, NOW) as seen:
        assert seen.last_run("riesgos", "diario") is not None
        assert len(seen.open_owners()) == 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_a_look_asks_of_ten_times_the_digests_takes_no_more_statements(url, store):
    def asked(digests):
        with look_at_store(url, NOW) as seen, counted(seen.engine) as statements:
            for digest in range(digests):
                name = f"d{digest}"
                seen.last_run("brass", name)
                for period in seen.opened_periods("brass", name, NOW):
                    seen.runs("brass", name, period.id)
            return len(statements)

    for digest in range(20):
        store.open_period("brass", f"d{digest}", DAY)
        store.record(a_run(digest=f"d{digest}"), ())
    assert asked(2) == asked(20) > 0


@contextmanager
def counted(engine):
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    with reading(engine) as connection:  # of a look at a file the only one
        event.listen(connection, "before_cursor_execute", note)
        yield statements


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_entry_that_ends_while_it_is_looked_at_is_shown_whole(url, store):
    tell(store, told())
    with look_at_store(url, NOW) as seen:
        (owned,) = seen.open_owners()
        store.record(a_run(forced=True), (), [replace(an_entry(), ended="resolved", ended_on=NOW.date())])
        assert seen.roll.tally()[0].number == owned.findings == 1


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_who_looks_can_note_that_he_did_whatever_the_journal(tmp_path, journal):
    url = f"sqlite:///{tmp_path}/sereno.sqlite"
    open_store(url, NOW).close()
    with closing(sqlite3.connect(tmp_path / "sereno.sqlite")) as connection:
        assert connection.execute(f"PRAGMA journal_mode = {journal}").fetchone() == (journal,)
    with look_at_store(url, NOW) as seen:
        assert seen.audit.deeds(NOW, 9) == []
        with closing(open_as_it_is(url, NOW)) as changed:
            changed.audit.note(Deed(NOW, "ana", "body_seen", "un correo", ""))
    with look_at_store(url, NOW) as seen:
        assert [each.who for each in seen.audit.deeds(NOW, 9)] == ["ana"]
