"""The store's tables of readers' own pages; each change needs its migration."""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from sereno.adapters.store.columns import Instant, Words, metadata

reader_key = Table(
    "reader_key",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="one_key"),
)

readers = Table(
    "readers",
    metadata,
    Column("address", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("feed", Text),  # no token: what it hashes to
    Column("feed_since", Instant),
    UniqueConstraint("feed"),
)

codes = Table(
    "codes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("track", JSON, nullable=False),
    Column("until", Date, nullable=False),
    Column("author", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("due", Date),
    Column("proof", Text, nullable=False),
    Column("message_id", Text, nullable=False),  # outlives its message
    Column("asked_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", Instant),
    Index("ix_codes_address_asked_at", "address", "asked_at"),
    Index("ix_codes_asked_at", "asked_at"),
)

named = Table(
    "named",
    metadata,
    Column("monitor", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Column("people", JSON, nullable=False),
)
