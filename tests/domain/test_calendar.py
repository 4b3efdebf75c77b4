from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.domain.calendar import (
    YEAR_HEADING,
    YEAR_LEGEND,
    Calendar,
    add_working_days,
    next_working_day,
    parse_holidays,
    previous_working_day,
    working_days_between,
    year_rows,
    year_to_confirm,
)
from sereno.domain.errors import SerenoError

CHRISTMAS = date(2026, 12, 25)
DAYS = st.dates(date(2025, 12, 1), date(2027, 2, 28))


def calendar(book="", public=None):
    return Calendar(lambda _year: public or {}, parse_holidays(book))


@st.composite
def calendars(draw):
    public = dict.fromkeys(draw(st.sets(DAYS, max_size=40)), "Festivo")
    off = [f"{day}..{day + timedelta(days=span)}" for day, span in draw(SPANS)]
    plus = [f"+{day}" for day in draw(st.sets(DAYS, max_size=10))]
    return calendar("\n".join(off + plus), public)


SPANS = st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=5)


def test_the_weekend_is_off_and_monday_is_worked():
    kinds = [calendar().explain(date(2026, 11, day)) for day in (21, 22, 23)]
    assert [kind.working for kind in kinds] == [False, False, True]
    assert [kind.reason for kind in kinds] == ["sábado", "domingo", "día laborable"]


def test_a_public_holiday_is_off_and_gives_its_name():
    kind = calendar(public={CHRISTMAS: "Navidad"}).explain(CHRISTMAS)
    assert (kind.working, kind.reason, kind.source) == (False, "Navidad", "holiday")


def test_a_day_of_the_file_is_off_and_gives_note_and_line():
    kind = calendar("# local\n24/12/2026 - Convenio").explain(date(2026, 12, 24))
    assert (kind.working, kind.source) == (False, "book")
    assert kind.reason == "Convenio (línea 2 del fichero de festivos)"


@pytest.mark.parametrize("day", [date(2026, 12, 24), CHRISTMAS, date(2026, 12, 26)])
def test_a_plus_beats_file_holiday_and_weekend(day):
    worked = calendar(f"+{day}\n24/12/2026", {CHRISTMAS: "Navidad"})
    assert worked.is_working_day(day)


@pytest.mark.parametrize("line", ["01/08/2026..15/08/2026 - Cierre", "2026-08-01 .. 2026-08-15"])
def test_a_range_holds_both_its_ends(line):
    off = parse_holidays(line).off
    assert (min(off), max(off), len(off)) == (date(2026, 8, 1), date(2026, 8, 15), 15)


@pytest.mark.parametrize("line", ["24/12/2026", "2026-12-24", "24/12/2026 -", " 24/12/2026 \u2013 Convenio "])
def test_a_date_is_read_in_either_form_with_or_without_a_note(line):
    assert list(parse_holidays(line).off) == [date(2026, 12, 24)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("24 de diciembre", "dd/mm/aaaa"),
        ("24/12/26 - Convenio", "dd/mm/aaaa"),
        ("30/02/2026", "que exista"),
        ("2026-13-01", "que exista"),
        ("15/08/2026..01/08/2026", "primero la fecha más antigua"),
        ("01/08/2026..01/08/2028", "366 días"),
        ("24/12/2026 - 26/12/2026", "fecha..fecha"),
        ("2026-12-24-26", "guion entre espacios"),
        ("-24/12/2026", "con + delante"),
    ],
)
def test_a_bad_line_is_named_with_what_is_expected_and_costs_no_other(line, expected):
    book = parse_holidays(f"24/12/2026\n{line}\n+26/12/2026")
    [fault] = book.faults
    assert (fault.number, fault.line) == (2, line)
    assert expected in fault.expected
    assert [*book.off, *book.working] == [date(2026, 12, 24), date(2026, 12, 26)]


@given(st.text())
def test_no_text_whatever_breaks_the_reading_of_the_file(text):
    assert len(parse_holidays(text).faults) <= len(text.splitlines())


def test_a_year_is_certain_only_when_the_file_says_so():
    vouched = calendar("# completo 2027 (revisado)\n# el 2028 no está completo 2028\n#   # completo 2029")
    assert [year for year in range(2020, 2040) if vouched.certain(year)] == [2027]


@pytest.mark.parametrize(
    ("today", "wanted"),
    [
        (date(2026, 11, 30), None),
        (date(2026, 12, 1), 2027),
        (date(2027, 12, 1), 2028),
        (date(2027, 1, 1), None),
    ],
)
def test_next_year_is_asked_for_from_the_first_of_december(today, wanted):
    assert year_to_confirm(calendar(), today) == wanted


def test_next_year_is_not_asked_for_once_it_is_complete():
    assert year_to_confirm(calendar("# completo 2027"), date(2026, 12, 31)) is None


def test_neighbours_are_strictly_after_and_before_the_day():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert next_working_day(calendar(), friday) == monday
    assert previous_working_day(calendar(), monday) == friday


def test_adding_none_gives_the_day_itself_even_when_it_is_off():
    assert add_working_days(calendar(), date(2026, 11, 22), 0) == date(2026, 11, 22)


def test_working_days_are_counted_from_the_first_day_excluded_to_the_last_included():
    sunday, friday = date(2026, 11, 22), date(2026, 11, 20)
    count = calendar("24/11/2026")
    assert working_days_between(count, friday, date(2026, 11, 27)) == 4
    assert working_days_between(count, friday, sunday) == 0
    assert working_days_between(count, sunday, friday) == -1
    assert working_days_between(count, friday, friday) == 0


@given(calendars(), DAYS, st.integers(-80, 80))
def test_counting_undoes_adding(any_calendar, day, n):
    assert working_days_between(any_calendar, day, add_working_days(any_calendar, day, n)) == n


@given(calendars(), DAYS, DAYS)
def test_counting_agrees_with_looking_at_every_day(any_calendar, a, b):
    first, last = (a + timedelta(days=1), b) if a < b else (b, a - timedelta(days=1))
    looked = sum(
        any_calendar.is_working_day(first + timedelta(days=n)) for n in range((last - first).days + 1)
    )
    assert working_days_between(any_calendar, a, b) == (looked if a < b else -looked if b < a else 0)


def test_the_last_day_of_the_world_is_counted_to_without_walking_there():
    assert working_days_between(calendar(), date(9999, 12, 30), date.max) == 1
    assert working_days_between(calendar(), date.max, date(9999, 12, 30)) == -1
    assert working_days_between(calendar(), date(2026, 1, 1), date.max) > 2_000_000


def test_a_calendar_without_working_days_is_an_error_and_no_endless_search():
    years_off = "\n".join(f"{year}-01-01..{year}-12-31" for year in range(2020, 2040))
    with pytest.raises(SerenoError, match="ningún día laborable posterior al 01/06/2026"):
        next_working_day(calendar(years_off), date(2026, 6, 1))
    with pytest.raises(SerenoError, match="ningún día laborable anterior"):
        previous_working_day(calendar(years_off), date(2030, 6, 1))


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date.min, -1)])
def test_the_ends_of_time_are_a_clear_error(day, n):
    with pytest.raises(SerenoError, match="ningún día laborable"):
        add_working_days(calendar(), day, n)


def test_a_year_is_drawn_a_row_a_month_within_eighty_columns():
    drawn = calendar("24/12/2026\n+26/12/2026\n# completo 2026", {CHRISTMAS: "Navidad"})
    rows = year_rows(drawn, 2026)
    assert len(rows) == 12
    assert rows[11] == "dic  . . . . - - . . . . . - - . . . . . - - . . . L F + - . . . .  22"
    assert max(map(len, (YEAR_HEADING, YEAR_LEGEND, *rows))) <= 80


def test_the_heading_of_the_year_stands_over_its_days():
    row = year_rows(calendar("10/11/2026"), 2026)[10]
    assert row.index("L") == YEAR_HEADING.index("10") + 1
