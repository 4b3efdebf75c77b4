import os
from datetime import date
from pathlib import Path

import pytest

from sereno.adapters.holidays import HolidayCalendar, calendar_faults

SHIPPED = Path(__file__).parents[2] / "herramientas" / "Festivos.txt"
CHRISTMAS_EVE = date(2026, 12, 24)


def load_calendar(country, subdiv, file):
    return HolidayCalendar(country, subdiv, file).calendar()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "Festivos.txt"


def test_madrid_has_the_holidays_of_the_nation_and_its_own_in_spanish(file):
    calendar = load_calendar("ES", "MD", file)
    assert calendar.explain(date(2026, 10, 12)).reason == "Fiesta Nacional de España"
    assert calendar.explain(date(2025, 5, 2)).reason == "Fiesta de la Comunidad de Madrid"
    assert calendar.fault is None


def test_another_region_has_others(file):
    assert load_calendar("es", "CT", file).is_working_day(date(2025, 5, 2))


def test_without_a_region_the_nations_holidays_count(file):
    calendar = load_calendar("ES", "", file)
    assert not calendar.is_working_day(date(2026, 10, 12))
    assert calendar.is_working_day(date(2025, 5, 2))


@pytest.mark.parametrize(
    ("country", "subdiv", "expected"), [("ES", "ZZ", "MC, MD, ML"), ("XX", "MD", "código de dos letras")]
)
def test_an_unknown_region_is_a_fault_and_leaves_weekends_and_file(file, country, subdiv, expected):
    file.write_text("24/12/2026")
    calendar = load_calendar(country, subdiv, file)
    assert f"HOLIDAYS_COUNTRY={country}, HOLIDAYS_SUBDIV={subdiv}: no se conocen" in calendar.fault
    assert expected in calendar.fault
    assert calendar.is_working_day(date(2026, 12, 25))
    assert not calendar.is_working_day(CHRISTMAS_EVE)
    assert not calendar.is_working_day(date(2026, 12, 26))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_file_is_read_in_utf_8_and_in_cp1252(file, encoding):
    file.write_text("24/12/2026 - Día de Año «viejo»\r\n", encoding=encoding)
    reason = load_calendar("ES", "MD", file).explain(CHRISTMAS_EVE).reason
    assert reason.startswith("Día de Año «viejo»")


def test_bytes_without_a_meaning_cost_only_their_own_line(file):
    file.write_bytes(b"24/12/2026\n\x81\xff\n")
    calendar = load_calendar("ES", "MD", file)
    assert not calendar.is_working_day(CHRISTMAS_EVE)
    assert len(calendar.book.faults) == 1


def test_a_bad_line_is_told_with_its_file_and_line(file):
    file.write_text("24/12/2026\n31/02/2026 - Carnaval\n")
    [sentence] = calendar_faults(load_calendar("ES", "MD", file), file)
    assert sentence.startswith(
        f"{file}, línea 2: «31/02/2026 - Carnaval» no vale y no cuenta. Se espera: una fecha"
    )


def test_a_file_that_was_never_there_has_no_entries_and_is_no_fault(file):
    calendar = load_calendar("ES", "MD", file)
    assert calendar.is_working_day(CHRISTMAS_EVE)
    assert list(calendar_faults(calendar, file)) == []


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path):
    calendar = load_calendar("ES", "MD", tmp_path)
    assert f"{tmp_path}: no se puede leer" in calendar.fault
    assert "no cuenta ninguna de sus entradas" in calendar.fault
    assert list(calendar_faults(calendar, tmp_path)) == [calendar.fault]


def test_without_region_and_file_weekends_alone_count_and_both_are_told(tmp_path):
    calendar = load_calendar("XX", "", tmp_path)
    assert len(calendar.fault.splitlines()) == 2
    assert calendar.is_working_day(date(2026, 12, 25))
    assert not calendar.is_working_day(date(2026, 12, 26))


def test_the_file_is_read_again_when_it_appears_and_when_it_changes(file):
    holidays = HolidayCalendar("ES", "MD", file)
    assert holidays.calendar().is_working_day(CHRISTMAS_EVE)
    file.write_text("24/12/2026 - Convenio")
    assert not holidays.calendar().is_working_day(CHRISTMAS_EVE)
    file.write_text("23/12/2026 - Convenio")
    os.utime(file, (1, 1))
    assert holidays.calendar().is_working_day(CHRISTMAS_EVE)


def test_the_file_is_not_read_again_while_it_stays_the_same(file):
    file.write_text("24/12/2026")
    holidays = HolidayCalendar("ES", "MD", file)
    assert holidays.calendar().book is holidays.calendar().book


def test_a_file_that_goes_away_leaves_its_entries_and_a_fault_until_it_is_back(file):
    file.write_text("24/12/2026")
    holidays = HolidayCalendar("ES", "MD", file)
    holidays.calendar()
    file.rename(file.with_suffix(".bak"))
    gone = holidays.calendar()
    assert not gone.is_working_day(CHRISTMAS_EVE)
    assert "ya no está; valen las entradas leídas antes" in gone.fault
    file.with_suffix(".bak").rename(file)
    assert holidays.calendar().fault is None


def test_the_file_as_shipped_explains_itself_and_changes_nothing():
    calendar = load_calendar("ES", "MD", SHIPPED)
    assert list(calendar_faults(calendar, SHIPPED)) == []
    assert [*calendar.book.off, *calendar.book.working, *calendar.book.complete] == []


def test_every_example_in_the_shipped_file_is_read_without_a_fault(file):
    text = SHIPPED.read_text("utf-8")
    examples = [line.split(":   ")[-1].strip("# \n") for line in text.splitlines() if "/2026" in line]
    file.write_text("\n".join([*examples, "# completo 2026"]), encoding="utf-8")
    book = load_calendar("ES", "MD", file).book
    assert (len(book.off), len(book.working), book.faults) == (16, 1, ())
