"""A row of a queue is told from any other, and taken for what it is when it is seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mailing import queue_row

from sereno.domain.foreign import Known, message_id, sight

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
THREE_DAYS = timedelta(days=3)
ROW = queue_row(7, NOW)
FIELDS = ("recorded_as", "to", "cc", "bcc", "subject", "body")


def seen(row, known=None, *, first_look=False):
    return sight(row, known, NOW, THREE_DAYS, first_look=first_look)


@pytest.mark.parametrize("field", FIELDS)
def test_another_date_recipient_subject_or_body_is_another_mail(field):
    assert replace(ROW, **{field: "otro"}).fingerprint != ROW.fingerprint


def test_the_same_mail_under_another_number_has_the_same_fingerprint_and_another_name():
    other = replace(ROW, number=8)
    assert other.fingerprint == ROW.fingerprint
    assert message_id("correos", other) != message_id("correos", ROW)


@given(st.lists(st.text(), min_size=6, max_size=6), st.lists(st.text(), min_size=6, max_size=6))
def test_no_text_moves_from_one_field_to_the_next_unnoticed(one, other):
    first, second = (replace(ROW, **dict(zip(FIELDS, texts, strict=True))) for texts in (one, other))
    assert (first.fingerprint == second.fingerprint) == (one == other)


@given(st.integers(0, 10**10 - 1), st.integers(0, 10**10 - 1))
def test_names_sort_as_numbers_do(one, other):
    names = [message_id("correos", replace(ROW, number=number)) for number in (one, other)]
    assert (names[0] < names[1]) == (one < other)


@pytest.mark.parametrize(
    ("age", "first_look", "what"),
    [
        (timedelta(0), False, "new"),
        (THREE_DAYS, False, "new"),
        (THREE_DAYS, True, "new"),
        (THREE_DAYS + timedelta(seconds=1), False, "old"),
        (THREE_DAYS + timedelta(seconds=1), True, "old"),
        (-timedelta(hours=1), False, "new"),
        (None, False, "new"),
        (None, True, "old"),
    ],
)
def test_history_is_what_was_recorded_long_ago_and_at_the_first_look_what_has_no_date(age, first_look, what):
    row = replace(ROW, recorded_at=None if age is None else NOW - age)
    assert seen(row, first_look=first_look) == what


@pytest.mark.parametrize("first_look", [True, False])
@pytest.mark.parametrize(("stamped", "what"), [(True, "again"), (False, "known")])
def test_what_was_seen_before_is_never_new_nor_history(stamped, what, first_look):
    long_ago = replace(ROW, recorded_at=NOW - timedelta(days=400))
    assert seen(long_ago, Known(stamped=stamped), first_look=first_look) == what
