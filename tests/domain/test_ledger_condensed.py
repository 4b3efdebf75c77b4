"""Leaving out tellings that are alike changes no decision."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.test_ledger import PLAN, RULE, D, finding, weekdays

from sereno.domain.ledger import Entry, Telling, condensed, mark

DAYS = st.integers(-60, 0).map(lambda days: D + timedelta(days=days))
TELLINGS = st.lists(
    st.builds(
        lambda digest, section, due, on: Telling(digest, f"{on}", section, due, on),
        st.sampled_from(["tecnico", "calidad"]),
        st.sampled_from(["T1", "T2", "T3"]),
        st.sampled_from([None, D - timedelta(days=3), D + timedelta(days=5)]),
        DAYS,
    ),
    max_size=20,
)


@given(tellings=TELLINGS, first_seen=DAYS, days=st.sampled_from([-3, 5]), replans=st.booleans())
def test_every_decision_about_a_finding_is_the_same(tellings, first_seen, days, replans):
    due = D + timedelta(days=days)
    by_day = sorted(tellings, key=lambda each: each.on)
    whole = Entry("T", (1,), (1,), first_seen, D, due, "T3", tellings=tuple(by_day))
    short = replace(whole, tellings=condensed(tellings, first_seen))
    rule = replace(RULE, replans=replans)
    assert mark(short, finding(due), rule, PLAN, D, weekdays) == mark(
        whole, finding(due), rule, PLAN, D, weekdays
    )
    for digest in ("tecnico", "calidad"):
        told, few = whole.told_by(digest), short.told_by(digest)
        assert sum(each.times for each in few) == len(told)
        assert {each.period for each in few} <= {each.period for each in told}
        assert [each.on for each in few[-1:]] == [each.on for each in told[-1:]]


def test_a_year_of_daily_tellings_is_two():
    days = [D + timedelta(days=n) for n in range(250)]
    tellings = [Telling("diario", str(day), "BR-1", None, day) for day in days]
    first, last = condensed(tellings, D)
    assert first == tellings[0]
    assert last == replace(tellings[-1], times=249)
