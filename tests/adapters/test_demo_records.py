from datetime import date

import pytest

from sereno.adapters.demo.records import NO, YES, Claim, Clerk, Record, around, found, missed, sheet

TODAY = date(2026, 11, 24)
FILES = sheet("Files", "Id key, Title text, Opened iso, Closed date, Sent stamp, Urgent flag")
STEPS = sheet("Steps", "StepId key, Id int", link="Id")


@pytest.fixture
def clerk():
    return Clerk((FILES, STEPS), TODAY)


def written(entries):
    return [row for _, _, row in entries]


def test_records_are_numbered_and_children_hold_the_number_of_the_record_above(clerk):
    clerk.enter(Record("Files", {}, (Record("Steps", {}),)))
    entries = clerk.enter(Record("Files", {}, (Record("Steps", {}), Record("Steps", {}))))
    assert [(key, row[1]) for form, key, row in entries if form is STEPS] == [(2, 2), (3, 2)]


def test_an_orphan_names_the_parent_it_is_given(clerk):
    assert written(clerk.enter(Record("Steps", {"Id": 99}))) == [(1, 99)]


def test_dates_are_days_from_today_in_the_form_of_their_column(clerk):
    (row,) = written(clerk.enter(Record("Files", {"Opened": -1, "Closed": 7, "Sent": 0})))
    assert row[2:5] == ("2026-11-23", "01/12/2026", "2026-11-24 08:30:00")


def test_a_text_is_written_as_it_stands_even_where_it_is_no_date(clerk):
    (row,) = written(clerk.enter(Record("Files", {"Closed": "31/02/2026", "Urgent": "quizás"})))
    assert row[3:] == ("31/02/2026", None, "quizás")


def test_flags_come_in_every_spelling(clerk):
    rows = [written(clerk.enter(Record("Files", {"Urgent": at % 2 == 0})))[0] for at in range(60)]
    assert {row[5] for row in rows[::2]} <= set(YES)
    assert {row[5] for row in rows[1::2]} <= set(NO)
    assert len({row[5] for row in rows}) > 2


def test_a_misspelt_column_is_refused(clerk):
    with pytest.raises(KeyError, match="Oppened"):
        clerk.enter(Record("Files", {"Oppened": 1}))


def test_a_claim_knows_the_keys_of_its_record_and_of_those_below(clerk):
    clerk.enter(Record("Files", {}))
    clerk.enter(found("R", Record("Files", {}, (Record("Steps", {}), Record("Steps", {})))))
    (placed,) = clerk.placed
    assert placed.claim == Claim("R", found=True)
    assert placed.keys == {"Id": {2}, "StepId": {1, 2}}


def test_around_a_boundary_one_value_separates_what_is_found_from_what_is_not():
    def build(**values):
        return Record("Files", {"Title": "x"} | values)

    hit, miss = around("R", build, "Opened", (15,), (16,))
    assert (hit, miss) == (
        found("R", build(Opened=15)),
        missed("R", build(Opened=16)),
    )
