"""What became of a finding from one look to the next."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from sereno.domain.ledger import Entry
from sereno.domain.steps import Step, steps_of

D = date(2026, 11, 24)
NEXT = D + timedelta(days=7)
OPEN = Entry("T", (1,), (1,), D, D, D, "T1")
FAR = replace(OPEN, section=None)
ENDED = replace(OPEN, ended="resolved", ended_on=D)


def what(before, after):
    ledger = {} if before is None else {("T", (1,)): before}
    return [step.kind for step in steps_of(ledger, [after], NEXT)]


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (None, OPEN, ["opened"]),
        (None, FAR, []),
        (FAR, OPEN, ["opened"]),
        (ENDED, OPEN, ["opened"]),
        (OPEN, OPEN, []),
        (OPEN, FAR, ["cleared"]),
        (OPEN, ENDED, ["resolved"]),
        (OPEN, replace(ENDED, ended="expired"), ["expired"]),
        (FAR, replace(ENDED, section=None), []),
        (OPEN, replace(OPEN, due=NEXT), ["redated"]),
        (OPEN, replace(OPEN, due=NEXT, replannings=1), ["replanned"]),
        (OPEN, replace(FAR, due=NEXT, replannings=1), ["replanned", "cleared"]),
        (FAR, replace(OPEN, due=None), ["redated", "opened"]),
        (ENDED, replace(OPEN, due=NEXT), ["opened"]),
    ],
)
def test_each_change_is_a_step(before, after, kinds):
    assert what(before, after) == kinds


def test_a_step_tells_its_day_and_the_dates():
    (step,) = steps_of({("T", (1,)): OPEN}, [replace(OPEN, due=NEXT, replannings=1)], NEXT)
    assert step == Step("T", (1,), "replanned", NEXT, NEXT, D)
