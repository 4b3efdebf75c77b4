"""The store's tables of the master's own watch; each change needs its migration."""

from sqlalchemy import CheckConstraint, Column, Date, Double, Index, Integer, Table, Text

from sereno.adapters.store.columns import Instant, Words, metadata

lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("born", Double, nullable=False),  # exact: it tells a process from a later one of its number
    Column("boot", Text, nullable=False),
    Column("host", Words, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    CheckConstraint("id = 1", name="one_lease"),
)

running = Table(
    "running",
    metadata,
    Column("job", Text, primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("born", Double, nullable=False),
    Column("boot", Text, nullable=False),
    Column("host", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("monitor", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("until", Instant, nullable=False),
)

missed = Table(
    "missed",
    metadata,
    Column("monitor", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("closed_at", Instant, nullable=False),
    Column("noted_at", Instant, nullable=False),
    Index("ix_missed_noted_at", "noted_at"),
)

pauses = Table(
    "pauses",
    metadata,
    Column("job", Text, primary_key=True),
    Column("until", Date, nullable=False),
    Column("who", Words, nullable=False),
    Column("why", Words, nullable=False),
    Column("since", Instant, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("level", Integer, nullable=False),
    Column("text", Words, nullable=False),
    Column("since", Instant, nullable=False),
    Column("told_at", Instant, nullable=False),
)
