"""The addresses that relays refuse, in a database: each function works in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from sereno.adapters.store import schema
from sereno.adapters.store.upserting import upsert

_address = schema.refusals.c.address


def write_refusals(
    connection: Connection, settled: Iterable[tuple[Iterable[str], Iterable[str]]], now: datetime
) -> None:
    """Note whom these attempts, in their order, were refused for good; who was reached is noted no more.

    Of each attempt: the addresses, case-folded, refused for good; those reached.
    """
    refused: dict[str, bool] = {}
    for for_good, reached in settled:
        refused |= {address.casefold(): False for address in reached}
        refused |= dict.fromkeys(for_good, True)
    noted_before = set(connection.scalars(select(_address)))  # few, and most often none
    # In one order for all: processes that write at once wait for each other, and never in a circle.
    heard = [{"heard_of": address} for address in sorted(refused.keys() & noted_before)]
    noted = [{"address": address, "refused_at": now} for address in sorted(refused) if refused[address]]
    if heard:
        connection.execute(delete(schema.refusals).where(_address == bindparam("heard_of")), heard)
    upsert(connection, schema.refusals, noted)


def read_refusals(connection: Connection, since: datetime) -> dict[str, datetime]:
    """Read which addresses were refused at or after `since`, and when."""
    noted = select(_address, schema.refusals.c.refused_at).where(schema.refusals.c.refused_at >= since)
    return {row.address: row.refused_at for row in connection.execute(noted)}
