"""Keep a roll of what is open, sorted and searched by the page, and find mail by origin, state and age."""

import json
import struct
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_ENDED = sa.text("state NOT IN ('accepted', 'queued', 'sending')")
_AT_ONCE = 2000


def upgrade() -> None:
    """Add a table and fill it from the ledger; add two indexes of deliveries."""
    _make_roll()
    op.create_index("ix_deliveries_origin", "deliveries", ["origin", "queued_at", "id"])
    op.create_index(
        "ix_deliveries_apart",
        "deliveries",
        ["state", "queued_at", "id", "origin"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )


def _make_roll() -> None:
    roll = op.create_table(
        "roll",
        sa.Column("id", sa.Text),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("first_seen", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("owner", sa.Text),
        sa.Column("replannings", sa.Integer, nullable=False),
        sa.Column("urgency", _SORTED, nullable=False),
        sa.Column("key_folded", _SORTED, nullable=False),
        sa.Column("owner_folded", _SORTED),
        sa.PrimaryKeyConstraint("id", name="pk_roll"),
    )
    for rows in _open(op.get_bind()):
        op.bulk_insert(roll, rows)
    op.create_index("ix_roll_lot", "roll", ["monitor", "rule", "section"])


def _open(connection: sa.Connection) -> "Iterator[list[dict[str, object]]]":
    findings = sa.table(
        "findings",
        *map(sa.column, ("id", "monitor", "rule", "section", "owner", "replannings", "key", "ended")),
        sa.column("first_seen", sa.Date),
        sa.column("due", sa.Date),
    )
    wanted = sa.select(findings).where(findings.c.ended.is_(None), findings.c.section.is_not(None))
    found = connection.execute(wanted).mappings()
    while rows := found.fetchmany(_AT_ONCE):
        yield [_row(each) for each in rows]


def _row(found: sa.RowMapping) -> "dict[str, object]":
    row = dict(found)
    del row["ended"]
    key, owner, due = json.loads(row.pop("key")), row["owner"], row["due"]
    return row | {
        "urgency": ("~" if due is None else due.isoformat()) + "".join(map(_sortable, key)),
        "key_folded": _sayable(_typed(key).casefold()),
        "owner_folded": None if owner is None else _sayable(str(owner).casefold()),
    }


def _typed(key: "Sequence[object]") -> str:
    return ",".join("" if cell is None else str(cell).strip() for cell in key)


def _sortable(cell: object) -> str:
    if cell is None:
        return "2"
    if isinstance(cell, str):
        escaped = ("\x02" + chr(ord(each) + 32) if each <= "\x02" else each for each in cell)
        return "1" + _sayable("".join(escaped)) + "\x01"
    assert isinstance(cell, int | float)  # noqa: S101  a key holds nothing else
    return "0" + _number(cell)


def _number(cell: float) -> str:
    try:
        (bits,) = struct.unpack(">Q", struct.pack(">d", float(cell) + 0.0))
    except OverflowError:
        return ("f" if cell > 0 else "0") * 16
    return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"


def _sayable(text: str) -> str:
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()
