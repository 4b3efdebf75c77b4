"""The store's tables of people: who may enter, who is in, who did what; each change needs its migration."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from sereno.adapters.store.columns import Instant, Words, metadata

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("role IN ('read', 'operate')", name="known_role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),  # hashed: who reads the store cannot enter by it
    Column("name", ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("until", Instant, nullable=False),
    Index("ix_sessions_name", "name"),
    Index("ix_sessions_until", "until"),
)

deeds = Table(
    "deeds",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", Words, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Index("ix_deeds_at", "at"),
    Index("ix_deeds_action_at", "action", "at"),
)
