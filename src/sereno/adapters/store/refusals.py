"""The addresses that relays refuse, in a database: each function works in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from sereno.adapters.store import schema
from sereno.domain.outbox import Delivery

_address = schema.refusals.c.address


def write_refusals(
    connection: Connection, settled: Iterable[tuple[Delivery, Iterable[str]]], now: datetime
) -> None:
    """Note whom these deliveries, in their order, were refused for good; who was reached is noted no more."""
    refused: dict[str, bool] = {}
    for delivery, recipients in settled:
        refused |= {address.casefold(): False for address in recipients}
        refused |= dict.fromkeys(delivery.refused_for_good, True)
    # In one order for all: processes that write at once wait for each other, and never in a circle.
    heard = [{"heard_of": address} for address in sorted(refused)]
    noted = [{"address": address, "refused_at": now} for address in sorted(refused) if refused[address]]
    if heard:
        connection.execute(delete(schema.refusals).where(_address == bindparam("heard_of")), heard)
    if noted:
        connection.execute(insert(schema.refusals), noted)


def read_refusals(connection: Connection, since: datetime) -> dict[str, datetime]:
    """Read which addresses were refused at or after `since`, and when."""
    noted = select(_address, schema.refusals.c.refused_at).where(schema.refusals.c.refused_at >= since)
    return {row.address: row.refused_at for row in connection.execute(noted)}
