"""A period that ends unserved is recorded as missed, once, and told; no other is."""

from datetime import timedelta

from tests.engine.building import BRASS, TUESDAY
from tests.engine.watching import Site, at


def missed(site):
    return [each.period for each in site.store.logbook.missed(TUESDAY - timedelta(days=999))]


def test_a_period_that_ends_unserved_is_recorded_once_and_handed_on_to_be_told():
    site = Site(start=at(24, 10), cycles=150, codes={"brass": 1})
    site.watch()
    assert missed(site) == ["2026-11-24"]
    told = [each.period for _, state in site.told for each in state.missed]
    assert told == ["2026-11-24"]


def test_a_period_that_was_served_is_not_missed():
    site = Site(start=at(24, 10), cycles=150, mail=False)
    site.watch()
    assert missed(site) == []


def test_all_that_ended_while_the_master_was_down_is_recorded_when_it_comes_back():
    site = Site(start=at(30, 9), made=at(24, 9))
    site.once()
    assert missed(site) == ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"]


def test_a_period_that_ended_before_the_store_was_made_was_never_owed():
    site = Site(start=at(24, 22), made=at(24, 21))
    site.once()
    assert missed(site) == []


def test_a_monitor_that_joins_later_owes_nothing_from_before():
    site = Site(start=at(27, 9), made=at(24, 9))
    site.store.logbook.account("otro", "diario", at(26, 9), (), at(26, 9))
    site.once()
    assert missed(site) == []


def test_a_monitor_that_is_not_configured_owes_nothing_and_none_of_it_when_it_is():
    site = Site(start=at(24, 9), cycles=300, unconfigured=("BRASS_DB_URL",), mail=False)
    site.watch()
    site.unconfigured, site.stop.requested, site.cycles = (), False, 1
    site.once()
    assert missed(site) == []


def test_a_holiday_added_after_the_period_opened_does_not_forgive_it():
    site = Site(start=at(24, 10), cycles=150, codes={"brass": 1})
    period = next(iter(site.master().posts)).orders.cadence(BRASS.digests[0])
    assert period.kind == "daily"
    site.department.now = at(24, 9)
    site.department.registers["brass"] = None
    site.department.round()  # blind: noted as open, and unserved
    site.holidays = "24/11/2026 - Fiesta sobrevenida"
    site.watch()
    assert missed(site) == ["2026-11-24"]
