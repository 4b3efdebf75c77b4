"""The ledger tells each (finding, band, due date) once, climbs the repeat ladder, and ends what has ended."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sereno.domain.cadence import Cadence
from sereno.domain.findings import Finding
from sereno.domain.ledger import Entry, Snooze, Telling, follow, is_snoozed, mark, steps_passed
from sereno.domain.rules import Band, DigestPlan, Query, Rule, Shown

D = date(2026, 11, 24)
BANDS = (
    Band("T3", "Caducadas", until=0),
    Band("T2", "Menos de 7", since=1, until=7),
    Band("T1", "Menos de 15", since=8, until=15),
)
RULE = Rule(
    id="T",
    title="Tareas",
    query=Query("T", "rule", "", ""),
    register="r",
    table="t",
    key=("Id",),
    columns=(Shown("Id", "ID"),),
    due="Fin",
    bands=BANDS,
)
PLAN = DigestPlan(
    name="tecnico",
    title="",
    subject="",
    cadence=Cadence("daily"),
    to="owner",
    to_variable=None,
    sections=("T3", "T2", "T1"),
    why="",
    tell="once_per_band",
    repeat=(5, 10, 20),
)


def weekdays(since, until):
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, (until - since).days + 1))


def finding(due, today=D, key=1):
    days = (due - today).days if due else None
    section = (
        None if days is None else "T3" if days <= 0 else "T2" if days <= 7 else "T1" if days <= 15 else None
    )
    return Finding("T", section, (key,), (key,), due, days, None, {"Id": key})


class Round:
    """Follow one task from day to day, telling whatever the plan says."""

    def __init__(self):
        self.ledger, self.told = {}, []

    def day(self, today, due, *, told=True):
        seen = [] if due is None else [finding(due, today)]
        for entry in follow(RULE, seen, self.ledger, today, {}):
            self.ledger[entry.rule, entry.track] = entry
        for each in seen:
            entry = self.ledger["T", each.track]
            said = mark(entry, each, RULE, PLAN, today, weekdays)
            if each.section and said != "known" and told:
                self.told.append((today, each.section, said))
                telling = Telling("tecnico", today.isoformat(), each.section, each.due, today)
                self.ledger["T", each.track] = replace(entry, tellings=(*entry.tellings, telling))

    @property
    def entry(self):
        return self.ledger["T", (1,)]


def test_an_untouched_task_is_told_once_a_band_and_then_after_5_10_30_and_50_working_days():
    life = Round()
    due = D + timedelta(days=15)
    for n in range(100):
        if (D + timedelta(days=n)).weekday() < 5:
            life.day(D + timedelta(days=n), due)
    assert [(section, said) for _, section, said in life.told[:3]] == [
        ("T1", "new"),
        ("T2", "moved"),
        ("T3", "moved"),
    ]
    first = life.told[2][0]
    assert [weekdays(first, day) for day, _, said in life.told[3:]] == [5, 10, 30, 50]
    assert {said for _, _, said in life.told[3:]} == {"again"}


def test_a_task_replanned_at_day_3_is_told_again_in_every_band_of_the_new_date():
    life = Round()
    due = D + timedelta(days=15)
    for n in range(60):
        today = D + timedelta(days=n)
        if (due - today).days == 3 and n < 20:
            due = today + timedelta(days=30)
        life.day(today, due)
    told = [(section, said) for _, section, said in life.told]
    assert told[:2] == [("T1", "new"), ("T2", "moved")]
    assert told[2:5] == [("T1", "replanned"), ("T2", "moved"), ("T3", "moved")]
    assert life.entry.replannings == 1
    assert life.entry.replanned_from == D + timedelta(days=15)


def test_days_that_the_daemon_was_down_lose_no_band():
    life = Round()
    due = D + timedelta(days=15)
    life.day(D, due)
    life.day(D + timedelta(days=14), due)
    life.day(D + timedelta(days=20), due)
    assert [section for _, section, _ in life.told] == ["T1", "T2", "T3"]


def test_what_was_not_told_is_told_later_whatever_the_delay():
    life = Round()
    due = D + timedelta(days=10)
    life.day(D, due, told=False)
    life.day(D + timedelta(days=2), due)
    assert [said for *_, said in life.told] == ["new"]


def test_a_finding_no_longer_returned_is_resolved_that_day():
    life = Round()
    life.day(D, D + timedelta(days=5))
    life.day(D + timedelta(days=1), None)
    assert (life.entry.ended, life.entry.ended_on) == ("resolved", D + timedelta(days=1))


@pytest.mark.parametrize(("age", "ending"), [(30, "resolved"), (31, "expired")])
def test_what_only_grew_too_old_for_the_window_has_expired_and_is_not_resolved(age, ending):
    rule = replace(RULE, expires_after="dias_vencido")
    entry = Entry("T", (1,), (1,), D, D, D - timedelta(days=age), "T3")
    (after,) = follow(rule, [], {("T", (1,)): entry}, D, {"dias_vencido": 30})
    assert after.ended == ending


def test_a_finding_that_comes_back_begins_anew():
    life = Round()
    due = D + timedelta(days=10)
    life.day(D, due)
    life.day(D + timedelta(days=1), None)
    life.day(D + timedelta(days=2), due)
    assert [said for *_, said in life.told] == ["new", "new"]
    assert life.entry.first_seen == D + timedelta(days=2)
    assert life.entry.ended is None


def test_leaving_every_band_is_no_resolution():
    life = Round()
    life.day(D, D + timedelta(days=5))
    life.day(D + timedelta(days=1), D + timedelta(days=90))
    assert life.entry.ended is None
    assert life.entry.section is None


@pytest.mark.parametrize(
    ("until", "due", "snoozed_for", "put_off"),
    [(5, 9, 9, True), (0, 9, 9, False), (5, 9, 8, False), (5, 0, 0, False), (5, None, None, True)],
    ids=["put off", "the day has come", "another due date", "falling due", "without a date"],
)
def test_a_snooze_ends_by_itself(until, due, snoozed_for, put_off):
    def day(n):
        return None if n is None else D + timedelta(days=n)

    snooze = Snooze(day(until), "ana", "espera piezas", day(snoozed_for))
    entry = Entry("T", (1,), (1,), D, D, day(due), "T1", snooze=snooze)
    assert is_snoozed(entry, finding(day(due)), D) is put_off


@pytest.mark.parametrize(
    ("elapsed", "passed"), [(4, 0), (5, 1), (9, 1), (10, 2), (29, 2), (30, 3), (49, 3), (50, 4), (70, 5)]
)
def test_the_ladder_counts_5_10_and_then_every_20(elapsed, passed):
    assert steps_passed((5, 10, 20), elapsed) == passed
