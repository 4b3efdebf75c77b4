"""The store's tables of mail; each change needs its migration."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    text,
)

from sereno.adapters.store.columns import Instant, Words, metadata

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("runs.id")),  # of a digest
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("subject", Words, nullable=False),
    Column("sender", Text, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("trial", Boolean, nullable=False),
    Column("unheard", Boolean, nullable=False),  # nobody whom it concerns got it
    Index("ix_messages_void", "trial", "unheard", "id"),
    Index("ix_messages_run_id", "run_id"),
)

bodies = Table(  # apart: a state changes without writing ten kilobytes anew
    "bodies",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("data", LargeBinary),
    Column("draft", JSON),  # of what is not composed
)

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any hour: an index of either database puts it first, which it does not agree on for NULL."""
WAITS = text("state IN ('queued', 'deferred')")
APART = text("state NOT IN ('accepted', 'queued', 'sending')")
"""In which a delivery is that does not go straight through: those that do never touch an index of it."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column(
        "kind", Text, nullable=False
    ),  # of its message, as are the next three: claiming looks nowhere else
    Column("origin", Text, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("trial", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),  # AT_ONCE where it waits for no hour
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("answer", Words, nullable=False),
    Column("refused", JSON, nullable=False),
    Column("settled_at", Instant),
    Index("ix_deliveries_message_id", "message_id"),
    Index("ix_deliveries_state_settled_at", "state", "settled_at"),
    Index("ix_deliveries_origin", "origin", "queued_at", "id"),  # written once: nothing in it ever changes
    Index(
        "ix_deliveries_apart",
        "state",
        "queued_at",
        "id",
        "origin",
        sqlite_where=APART,
        postgresql_where=APART,
    ),
    Index(
        "ix_deliveries_waiting",
        "trial",
        "due_at",
        "attempts",
        "queued_at",
        "id",
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    ),
    Index(
        "ix_deliveries_claimed_by",
        "claimed_by",
        sqlite_where=text("claimed_by IS NOT NULL"),
        postgresql_where=text("claimed_by IS NOT NULL"),
    ),
)

attempts = Table(  # but for those that were accepted at once: the delivery says it all
    "attempts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("delivery_id", Text, ForeignKey("deliveries.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("answer", Words, nullable=False),
    Index("ix_attempts_delivery_id", "delivery_id"),
)

DUE = text("accepted AND stamped_at IS NULL")

taken_in = Table(
    "taken_in",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    Column("accepted", Boolean, nullable=False, server_default=false()),  # nothing of it is on its way
    Column("stamped_at", Instant),
    Index("ix_taken_in_message_id", "message_id"),
    Index("ix_taken_in_due", "origin", "number", "fingerprint", sqlite_where=DUE, postgresql_where=DUE),
)

queues = Table(
    "queues",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("first_look_at", Instant, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("address", Text, primary_key=True),  # case-folded; it goes when a relay accepts it
    Column("refused_at", Instant, nullable=False),
)
