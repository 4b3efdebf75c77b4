"""How the store in a database is opened: to be worked with, or looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from sqlalchemy import URL, Engine

from sereno.adapters.store.backup import copy_before_change
from sereno.adapters.store.engine import looking_engine, open_engine, reading, store_address, store_file
from sereno.adapters.store.faults import store_name
from sereno.adapters.store.files import is_absent, make_where_absent
from sereno.adapters.store.glance import SqlGlance
from sereno.adapters.store.migrations import HEAD, bring_up_to_date, is_of_our_version
from sereno.adapters.store.sql import SqlStore
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import RECIPIENTS_AT_ONCE
from sereno.domain.wallclock import zone_of


def open_store(url: str, now: datetime, recipients_at_once: int = RECIPIENTS_AT_ONCE) -> SqlStore:
    """Open the store, making it or bringing it to our version first; times come back in `now`'s zone.

    A file is copied beside itself before its tables change. Raises StoreUnavailable, and ValueError where
    `now` has no zone.
    """
    zone, address = zone_of(now), store_address(url)
    make_where_absent(address, now)
    engine = open_engine(address)
    with _let_go_at_a_fault(engine):
        bring_up_to_date(engine, now, partial(_keep_copy, address, now))
    return SqlStore(engine, zone, recipients_at_once)


def open_as_it_is(url: str, now: datetime, recipients_at_once: int = RECIPIENTS_AT_ONCE) -> SqlStore:
    """Open a store that is there and of our version; nothing is made or brought up to date.

    Raises StoreUnavailable.
    """
    zone, address = zone_of(now), store_address(url)
    if is_absent(address):
        raise StoreUnavailable(f"{store_name(address)}: aún no hay almacén, o ya no está")
    engine = open_engine(address)
    with _let_go_at_a_fault(engine), reading(engine) as connection:
        if not is_of_our_version(connection):
            raise StoreUnavailable(f"{store_name(address)}: aún no hay almacén")
    return SqlStore(engine, zone, recipients_at_once)


@contextmanager
def look_at_store(url: str, now: datetime) -> Iterator[SqlStore | None]:
    """Lend the store for reading alone, None where there is none; nothing is made or brought up to date.

    Raises StoreUnavailable, also for a store of another version.
    """
    zone, address = zone_of(now), store_address(url)
    if is_absent(address):
        yield None
        return
    with looking_engine(address) as engine:
        with reading(engine) as connection:
            made = is_of_our_version(connection)
        yield SqlGlance(engine, zone) if made else None


@contextmanager
def _let_go_at_a_fault(engine: Engine) -> Iterator[None]:
    try:
        yield
    except StoreUnavailable:
        engine.dispose()
        raise


def _keep_copy(address: URL, now: datetime) -> None:
    path = store_file(address)
    if path is not None:
        copy_before_change(path, HEAD, now.date())
