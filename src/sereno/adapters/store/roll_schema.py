"""The store's table of what is open, beside the ledger of everything; each change needs its migration."""

from sqlalchemy import Column, Date, Index, Integer, Table, Text

from sereno.adapters.store.columns import Words, metadata

SORTED = Text().with_variant(Text(collation="C"), "postgresql")
"""Sorted by code point, as SQLite and Python do."""

# Apart from the ledger, whose rows are written anew each day: these change with what a page is sorted by.
roll = Table(
    "roll",
    metadata,
    Column("id", Text, primary_key=True),  # of its finding
    Column("monitor", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("first_seen", Date, nullable=False),
    Column("due", Date),
    Column("owner", Words),
    Column("replannings", Integer, nullable=False),
    Column("urgency", SORTED, nullable=False),
    Column("key_folded", SORTED, nullable=False),
    Column("owner_folded", SORTED),
    Index("ix_roll_lot", "monitor", "rule", "section"),
)
