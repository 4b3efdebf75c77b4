"""How the roll follows the ledger: in the same transaction, whatever is written there."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from sereno.adapters.store.roll_rows import in_parts, is_on_the_roll, roll_row
from sereno.adapters.store.roll_schema import roll
from sereno.adapters.store.upserting import upsert
from sereno.domain.ledger import Entry


def write_roll(connection: Connection, rows: Sequence[tuple[dict[str, object], Entry]]) -> None:
    """Put on the roll what is open of these rows of the ledger, and take off what is not."""
    fresh = [roll_row(row, entry) for row, entry in rows if is_on_the_roll(entry)]
    gone = [str(row["id"]) for row, entry in rows if not is_on_the_roll(entry)]
    upsert(connection, roll, fresh, only_changed=True)
    for some in in_parts(gone):
        connection.execute(delete(roll).where(roll.c.id.in_(some)))
