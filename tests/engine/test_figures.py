"""The figures of the past, held against a plain reading of random ledgers."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from statistics import median_low

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.building import MADRID, a_run

from sereno.adapters.memory import MemoryStore
from sereno.domain.ledger import Entry
from sereno.domain.steps import STEP_KINDS, Step
from sereno.engine.figures import OWNERS, figures, read_facts
from sereno.engine.history import Scope

NOW = datetime(2026, 11, 26, 9, tzinfo=MADRID)
TODAY = NOW.date()
MONDAY = TODAY - timedelta(days=3)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
RULES = {"brass": frozenset({"BR"}), "riesgos": frozenset({"R"})}
PLANS = {"riesgos": frozenset({"R"})}
WEEKS = 6


def store_made(days_ago):
    return MemoryStore(NOW - timedelta(days=days_ago))


def ran(store, days_ago, state="complete", monitor="brass", digest="diario"):
    at = NOW - timedelta(days=days_ago)
    run = a_run(monitor=monitor, digest=digest, state=state, started_at=at, finished_at=at, forced=True)
    store.record(replace(run, sent=False), [])


def an_entry(number=1, **changes):
    return replace(Entry("BR", (number,), (number,), TODAY, TODAY, TODAY, "BR-1"), **changes)


def noted(store, *steps, monitor="brass", **run):
    run = a_run(monitor=monitor, forced=True, started_at=NOW, finished_at=NOW, **run)
    entries = [an_entry(step.track[0], rule=step.rule) for step in steps]
    store.record(run, [], entries, [], steps)


def drawn(store, owner=None, weeks=WEEKS, monitors=("brass", "riesgos")):
    scope, plans = (
        Scope({name: rules for name, rules in each.items() if name in monitors}, owner)
        for each in (RULES, PLANS)
    )
    return figures(read_facts(store.history, scope, plans, NOW, weeks), weeks)


def test_a_store_that_holds_nothing_knows_nothing_and_draws_no_zero():
    made = drawn(store_made(0))
    assert made.open == 0
    assert made.never == ("brass", "riesgos")
    assert [share.number for share in made.monitors] == [None, None]
    assert {week.sight for week in made.weeks} == {"before"}
    assert {week.count("opened", "resolved") for week in made.weeks} == {None}


def test_a_blind_week_is_not_known_and_no_zero():
    store = store_made(60)
    for days, state in ((30, "complete"), (24, "complete"), (17, "blind"), (10, "complete"), (3, "complete")):
        ran(store, days, state)
    made = drawn(store, monitors=("brass",))
    assert [week.sight for week in made.weeks] == ["before", "partly", "whole", "unseen", "whole", "whole"][
        :WEEKS
    ]
    assert made.weeks[3].blind == ("brass",)
    assert made.weeks[3].count("opened") is None
    assert made.weeks[2].count("opened") == 0


def test_a_week_that_was_blind_and_then_seen_was_seen():
    store = store_made(60)
    for days, state in ((40, "complete"), (10, "blind"), (9, "complete")):
        ran(store, days, state)
    assert drawn(store, monitors=("brass",)).weeks[-2].sight == "whole"


def test_a_week_of_which_a_digest_ended_blind_is_seen_in_part_and_counts_at_least():
    store = store_made(60)
    ran(store, 40)
    ran(store, 10)
    ran(store, 9, "blind", digest="mensual")
    noted(store, Step("BR", (1,), "opened", TODAY - 9 * DAY, TODAY))
    week = drawn(store, monitors=("brass",)).weeks[-2]
    assert (week.sight, week.blind, week.count("opened"), week.count("resolved")) == (
        "partly",
        ("brass",),
        1,
        None,
    )


def test_a_week_without_rounds_of_one_monitor_says_of_which():
    store = store_made(60)
    for monitor in RULES:
        ran(store, 40, monitor=monitor)
    ran(store, 10)
    week = drawn(store).weeks[-2]
    assert (week.sight, week.unwatched) == ("partly", ("riesgos",))


def test_what_was_there_at_the_first_look_is_no_count_of_what_came():
    store = store_made(60)
    ran(store, 10)
    there, came = TODAY - 10 * DAY, TODAY - 9 * DAY
    noted(store, Step("BR", (1,), "opened", there, None), Step("BR", (2,), "opened", came, None))
    week = drawn(store, monitors=("brass",)).weeks[-2]
    assert (week.there, week.first, week.count("opened"), week.sight) == (1, ("brass",), 1, "partly")


def test_weeks_from_before_steps_were_noted_are_not_known():
    store = store_made(10)
    for days in (40, 17, 10, 3):
        ran(store, days)
    sights = [week.sight for week in drawn(store, monitors=("brass",)).weeks]
    assert sights == ["before"] * 4 + ["partly", "whole"]


def test_the_week_that_has_not_ended_says_so():
    weeks = drawn(store_made(60)).weeks
    assert weeks[-1].start == MONDAY
    assert [each.start for each in weeks] == [MONDAY - back * WEEK for back in range(WEEKS)][::-1]
    assert not any(week.unfinished for week in weeks)
    store = store_made(60)
    ran(store, 40)
    assert [week.unfinished for week in drawn(store, monitors=("brass",)).weeks][-2:] == [False, True]


def test_a_monitor_that_is_blind_now_is_named():
    store = store_made(60)
    ran(store, 10)
    ran(store, 1, "blind")
    made = drawn(store)
    assert (made.blind, made.never) == (("brass",), ("riesgos",))


def test_owners_beyond_the_first_are_counted_together():
    store = store_made(60)
    entries = [an_entry(n, owner=f"persona {min(n, 20):02}") for n in range(25)] + [an_entry(99)]
    store.record(a_run(), [], entries)
    made = drawn(store)
    assert made.owners[0].name == "persona 20"
    assert len(made.owners) == OWNERS
    assert made.others.name == str(21 - OWNERS)
    assert sum(share.number for share in made.owners) + made.others.number + made.ownerless == made.open == 26


DAYS = st.integers(0, 60).map(lambda days: TODAY - days * DAY)
OWNER = st.sampled_from([None, "Ana", "Luis"])
ENTRY = st.tuples(
    st.sampled_from([("brass", "BR"), ("riesgos", "R"), ("brass", "otra"), ("otro", "BR")]),
    DAYS | st.integers(60, 900).map(lambda days: TODAY - days * DAY),
    OWNER,
    st.integers(0, 6),
    st.booleans(),
    st.booleans(),
)
CHANGE = st.tuples(st.integers(0, 20), st.sampled_from(STEP_KINDS), DAYS, DAYS, DAYS)


def filled(entries, changes):
    store, kept = store_made(900), []
    for monitor in RULES:
        ran(store, 899, monitor=monitor)
    for number, ((monitor, rule), seen, owner, times, listed, ended) in enumerate(entries):
        entry = an_entry(
            number,
            rule=rule,
            first_seen=seen,
            owner=owner,
            replannings=times,
            section="S" if listed else None,
        )
        if ended:
            entry = replace(entry, ended="resolved", ended_on=TODAY)
        kept.append((monitor, entry))
    steps = [
        (kept[at % len(kept)], Step(kept[at % len(kept)][1].rule, kept[at % len(kept)][1].track, *change))
        for at, *change in changes
    ]
    for monitor, entry in kept:
        store.record(a_run(monitor=monitor, forced=True, finished_at=NOW), [], [entry])
    for (monitor, _), step in steps:
        store.record(a_run(monitor=monitor, forced=True, finished_at=NOW), [], [], [], [step])
    return store, kept, steps


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ENTRY, min_size=1, max_size=20), st.lists(CHANGE, max_size=20, unique=True), OWNER)
def test_figures_are_what_a_plain_reading_finds(entries, changes, owner):
    store, kept, steps = filled(entries, changes)
    made = drawn(store, owner)

    def ours(monitor, entry):
        return entry.rule in RULES.get(monitor, ()) and owner in {None, entry.owner}

    opened = [(m, e) for m, e in kept if ours(m, e) and e.section and not e.ended]
    ages = [(TODAY - entry.first_seen).days for _, entry in opened]
    assert made.open == len(opened)
    edges = [-1, 7, 30, 90, 180, 365, 10**6]
    assert list(made.ages) == [sum(a < age <= b for age in ages) for a, b in pairwise(edges)]
    assert {share.name: share.number for share in made.monitors} == {
        name: sum(monitor == name for monitor, _ in opened) for name in RULES
    }
    times = Counter(min(entry.replannings, 3) for monitor, entry in opened if monitor == "riesgos")
    assert list(made.replannings) == [times[n] for n in range(4)]
    named = {share.name: share.number for share in made.owners}
    assert named == Counter(entry.owner for _, entry in opened if entry.owner)
    assert made.ownerless == sum(entry.owner is None for _, entry in opened)
    since = MONDAY - (WEEKS - 1) * WEEK
    moved = [
        (step.due - step.due_before).days
        for (monitor, entry), step in noted_once(steps)
        if monitor == "riesgos" and ours(monitor, entry) and step.kind == "replanned" and step.on >= since
    ]
    assert made.slips.sooner == sum(days <= 0 for days in moved)
    late = sorted(days for days in moved if days > 0)
    assert (sum(made.slips.later), made.slips.typical) == (len(late), median_low(late) if late else None)
    for week in made.weeks:
        for kind in STEP_KINDS:
            days = [s.on for (m, e), s in noted_once(steps) if ours(m, e) and s.kind == kind]
            assert week.counts.get(kind, 0) == sum(week.start <= day < week.start + WEEK for day in days)


def noted_once(steps):
    """Leave out what says again what a finding's notes end with."""
    kept = []
    for (monitor, entry), step in steps:
        before = [s for (m, _), s in kept if (m, s.rule, s.track) == (monitor, step.rule, step.track)]
        if before[-1:] != [step]:
            kept.append(((monitor, entry), step))
    return kept


@pytest.mark.parametrize("hour", [time(0, 5), time(23, 55)])
def test_a_round_near_midnight_belongs_to_the_week_of_its_day_here(hour):
    store = store_made(60)
    ran(store, 40)
    sunday = datetime.combine(MONDAY - DAY, hour, MADRID)
    store.record(a_run(forced=True, started_at=sunday, finished_at=sunday), [])
    assert [week.sight for week in drawn(store, monitors=("brass",)).weeks][-2:] == ["whole", "unseen"]
