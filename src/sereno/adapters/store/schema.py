"""The store's tables, the same for SQLite and PostgreSQL; each change needs its migration."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sereno.adapters.store.access_schema import deeds, sessions, users
from sereno.adapters.store.columns import Instant, Words, metadata
from sereno.adapters.store.mail_schema import (
    DUE,
    WAITS,
    attempts,
    bodies,
    deliveries,
    messages,
    queues,
    refusals,
    taken_in,
)
from sereno.adapters.store.reader_schema import codes, named, reader_key, readers
from sereno.adapters.store.roll_schema import roll
from sereno.adapters.store.watch_schema import accounts, alarms, lease, missed, pauses, running

__all__ = [
    "DUE",
    "LISTED",
    "OPEN",
    "SATISFIES",
    "TELLS_BLIND",
    "WAITS",
    "Instant",
    "Words",
    "accounts",
    "alarms",
    "attempts",
    "bodies",
    "codes",
    "deeds",
    "deliveries",
    "findings",
    "job_results",
    "job_totals",
    "lease",
    "messages",
    "metadata",
    "missed",
    "named",
    "notices",
    "pauses",
    "periods",
    "queues",
    "reader_key",
    "readers",
    "refusals",
    "roll",
    "running",
    "runs",
    "sessions",
    "snoozes",
    "steps",
    "store_info",
    "taken_in",
    "tellings",
    "traces",
    "users",
]

store_info = Table(
    "store_info",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("cycles", Integer, nullable=False, server_default="0"),
    Column("mail_held_at", Instant),
    Column("mail_held_why", Words),
    Column("steps_since", Instant),  # empty where they are noted since the store was made
)

periods = Table(
    "periods",
    metadata,
    Column("monitor", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("opens_at", Instant, nullable=False),
    Column("closes_at", Instant, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),  # order of writing: two runs may end at one instant
    Column("id", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("why", Words, nullable=False),
    Column("sent", Boolean, nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("trial", Boolean, nullable=False),
    Column("data_errors", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    UniqueConstraint("id"),
    Index("ix_runs_monitor_digest_period", "monitor", "digest", "period"),
    Index("ix_runs_finished_at", "finished_at"),
    Index("ix_runs_latest", "monitor", "digest", "finished_at", "number"),
    Index("ix_runs_states", "monitor", "digest", "state", "finished_at", "number"),
)

SATISFIES = text("state = 'complete' AND NOT forced AND NOT trial")
TELLS_BLIND = text("state = 'blind' AND sent AND NOT forced AND NOT trial")

# Of these a period has one each, whichever process is first.
for name, where in (("uq_runs_complete", SATISFIES), ("uq_runs_incomplete", TELLS_BLIND)):
    Index(
        name,
        runs.c.monitor,
        runs.c.digest,
        runs.c.period,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )

traces = Table(
    "traces",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("looks", JSON, nullable=False),
    Column("fetched", JSON, nullable=False),
    Column("moves", JSON, nullable=False),
    Column("moved", Integer, nullable=False),  # most runs move nothing, and are passed over
    Column("unlisted", Integer, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Text, primary_key=True),  # made of the next three: a track may be longer than an index takes
    Column("monitor", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("track", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("first_seen", Date, nullable=False),
    Column("last_seen", Date, nullable=False),
    Column("due", Date),
    Column("section", Text),
    Column("owner", Words),
    Column("replanned_from", Date),
    Column("replannings", Integer, nullable=False),
    Column("ended", Text),
    Column("ended_on", Date),
    Index("ix_findings_monitor_ended_on", "monitor", "ended_on"),
)

LISTED = text("ended_on IS NULL AND section IS NOT NULL")

Index(  # all that is counted of what is open, without reading the rows
    "ix_findings_listed",
    findings.c.monitor,
    findings.c.rule,
    findings.c.owner,
    findings.c.first_seen,
    findings.c.replannings,
    findings.c.ended_on,  # asked for by every query: without them it reads the rows
    findings.c.section,
    sqlite_where=LISTED,
    postgresql_where=LISTED,
)
OPEN = text("ended IS NULL AND section IS NOT NULL")
_whose = [findings.c[name] for name in ("monitor", "rule", "section", "owner")]
Index("ix_findings_owner", *_whose, sqlite_where=OPEN, postgresql_where=OPEN)  # counted without their rows

tellings = Table(
    "tellings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("finding", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("due", Date),
    Column("told_on", Date, nullable=False),
    Column("message_id", Text, ForeignKey("messages.id")),
    Column("text", Words, nullable=False),
    Index(  # all that the ledger asks of them: a digest that lists everything adds one a day to each finding
        "ix_tellings_told",
        "finding",
        "digest",
        "section",
        "due",
        "told_on",
        "period",
        "message_id",
        "number",
    ),
    Index("ix_tellings_message_id", "message_id"),
)

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("telling", Integer, ForeignKey("tellings.number"), nullable=False),
    Column("address", Text, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Index("ix_notices_accepted_at", "accepted_at"),
    Index("ix_notices_telling", "telling"),
)

snoozes = Table(
    "snoozes",
    metadata,
    Column("finding", Text, primary_key=True),
    Column("until", Date, nullable=False),
    Column("author", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("due", Date),
)

steps = Table(
    "steps",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("finding", Text, nullable=False),
    Column("monitor", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("made_on", Date, nullable=False),
    Column("due", Date),
    Column("due_before", Date),
    Index("ix_steps_finding", "finding", "number"),
    Index("ix_steps_made_on", "monitor", "made_on", "rule", "kind", "due_before", "due"),
)

job_results = Table(
    "job_results",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("job", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("code", Integer, nullable=False),
    Column("tail", Words, nullable=False),
    Index("ix_job_results_job_started_at", "job", "started_at"),
    Index("ix_job_results_totals", "job", "code", "ended_at"),  # totals are counted without reading the rows
)

job_totals = Table(  # of the results that are no longer kept one by one
    "job_totals",
    metadata,
    Column("job", Text, primary_key=True),
    Column("runs", Integer, nullable=False),
    Column("successes", Integer, nullable=False),
    Column("last_success", Instant),
)
