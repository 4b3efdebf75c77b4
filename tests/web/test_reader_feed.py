"""A reader's calendar: whole, readable by any program, and never emptier than what is known."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from tests.engine.nonconformities import task
from tests.web.reader_site import TODAY, Site

from sereno.domain.ledger import Snooze
from sereno.web.reader_feed import _event


@pytest.fixture
def site():
    return Site()


def made(site):
    """Make a calendar; return the path of its address."""
    path = site.link()
    site.path = path
    page = site.post(f"{path}/calendario", site.get(path))
    assert page.status == 200
    return re.search(r">https://sereno\.example\.com(/mi/calendario/[^<]+\.ics)<", page.text)[1]


def events(answer):
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return {str(each["uid"]): each for each in Calendar.from_ical(answer.body).walk("VEVENT")}


def titled(answer, words):
    return [each for each in events(answer).values() if words in str(each["summary"])]


def test_each_due_date_is_a_whole_day(site):
    (event,) = titled(site.get(made(site)), "A menos de 15")
    assert event["dtstart"].dt == TODAY + timedelta(days=12)
    assert event["dtend"].dt == TODAY + timedelta(days=13)
    assert event["dtstart"].params["value"] == "DATE"
    assert event["transp"] == "TRANSPARENT"


def test_what_is_overdue_stays_on_its_day_and_is_told_today(site):
    answer = site.get(made(site))
    (late,) = titled(answer, "VENCIDO")
    assert late["dtstart"].dt == TODAY - timedelta(days=3)
    (today,) = titled(answer, "vencidos a su nombre: 1")
    assert today["dtstart"].dt == TODAY


def test_names_stay_the_same_whatever_the_date_becomes(site):
    feed = made(site)
    before = events(site.get(feed))
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = task((1, TODAY + timedelta(days=14)), (2, TODAY))
    site.round(force=True)
    assert events(site.get(feed)).keys() >= {
        name for name, each in before.items() if "A menos de 15" in str(each["summary"])
    }


def test_a_blind_register_takes_no_day_away_and_is_told(site):
    feed = made(site)
    before = events(site.get(feed))
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = None
    site.round()
    answer = site.get(feed)
    assert events(answer).keys() > before.keys()
    (told,) = titled(answer, "puede faltar algo")
    assert "no se pudo mirar entero" in str(told["description"])


def test_a_directory_that_cannot_be_read_answers_nothing_so_that_programs_keep_what_they_have(site):
    feed = made(site)
    site.department.registers["lanzadera"] = None
    assert site.get(feed).status == 503


def test_what_was_put_off_says_so(site):
    feed = made(site)
    found = site.store.ledger("no_conformidades").values()
    entry = next(each for each in found if each.rule == "NC-T" and each.due > TODAY)
    snooze = Snooze(TODAY + timedelta(days=2), "Ana", "x", entry.due)
    site.store.snooze("no_conformidades", entry.rule, entry.track, snooze)
    (event,) = titled(site.get(feed), "A menos de 15")
    assert "Pospuesto hasta el 26/11/2026" in str(event["description"])


def test_lines_are_folded_and_end_as_rfc_5545_says(site):
    body = site.get(made(site)).body
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert max(map(len, body.split(b"\r\n"))) <= 75


def test_the_address_is_shown_once_and_only_what_it_hashes_to_is_kept(site):
    feed = made(site)
    token = feed.removeprefix("/mi/calendario/").removesuffix(".ics")
    assert token not in site.get(site.path).text
    assert token not in repr(site.store.readers.feeds)


def test_a_calendar_that_was_taken_away_or_replaced_is_nobodys(site):
    first = made(site)
    page = site.get(site.path)
    assert "Hay uno desde el" in page.text
    site.post(f"{site.path}/calendario", page)
    assert site.get(first).status == 404
    site.post(f"{site.path}/calendario/anular", page)
    assert site.store.readers.feed_since("ana@example.com") is None
    assert "Hay uno desde el" not in site.get(site.path).text


def test_who_revokes_the_links_takes_the_calendar_away_that_one_of_them_made(site):
    feed = made(site)
    page = site.get(site.path)
    assert "también su calendario" in page.text
    assert "ni queda calendario" in site.post(f"{site.path}/anular", page).text
    assert site.get(feed).status == 404


def test_a_sixth_calendar_within_the_hour_is_refused_and_that_recorded_once(site):
    first = made(site)
    page = site.get(site.path)
    for _ in range(4):
        assert site.post(f"{site.path}/calendario", page).status == 200
    assert site.get(first).status == 404
    for _ in range(3):
        refused = site.post(f"{site.path}/calendario", page)
        assert (refused.status, "Espere un poco" in refused.text) == (429, True)
    assert site.noted == [("ana@example.com", "feed_made")] * 6
    site.now += timedelta(hours=1, minutes=1)
    assert site.post(f"{site.path}/calendario", page).status == 200


def test_a_calendar_is_recorded_as_taken_away_where_there_is_one(site):
    made(site)
    page = site.get(site.path)
    for _ in range(3):
        assert site.post(f"{site.path}/calendario/anular", page).status == 303
    assert site.noted == [("ana@example.com", "feed_made"), ("ana@example.com", "feed_ended")]


def test_a_link_that_is_revoked_while_it_makes_a_calendar_makes_none(site):
    path = site.link()
    page = site.get(path)
    site.before_writing = lambda: site.store.readers.revoke("ana@example.com")
    assert site.post(f"{path}/calendario", page).status == 404
    assert site.store.readers.feeds == {}


@pytest.mark.parametrize("token", ["", "x", "..", "2026", "%00"])
def test_an_address_that_is_none_is_not_found(site, token):
    assert site.get(f"/mi/calendario/{token}.ics").status == 404


def test_a_hostile_record_adds_no_line_of_its_own(site):
    event = _event("x", "a\r\nEND:VEVENT\r\nX-EVIL:1\u202e\ud800", "b\r\nBEGIN:VALARM;,\\", TODAY, site.now)
    calendar = Calendar()
    calendar.add_component(event)
    again = Calendar.from_ical(calendar.to_ical())
    assert len(again.walk("VEVENT")) == 1
    assert b"\r\nX-EVIL" not in calendar.to_ical()
    assert b"\r\nBEGIN:VALARM" not in calendar.to_ical()
