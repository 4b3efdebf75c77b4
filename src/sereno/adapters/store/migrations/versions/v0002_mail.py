"""Give each message deliveries with a life of their own, keep bytes apart, and remember foreign queues.

SQLite changes no constraint of a table that is there: what rests on the messages is made anew, children first
to go and last to come.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.DateTime(timezone=True)
_WAITS = sa.text("state IN ('queued', 'deferred')")
_CLAIMED = sa.text("claimed_by IS NOT NULL")
_DUE = sa.text("accepted AND stamped_at IS NULL")
_AWAY = ("notices", "tellings", "messages")


def upgrade() -> None:
    """Move what there is to the new tables."""
    op.add_column("store_info", sa.Column("mail_held_at", _INSTANT))
    op.add_column("store_info", sa.Column("mail_held_why", sa.Text))
    _set_aside()
    _make_messages()
    _make_deliveries()
    _make_queues()
    _make_proof()
    _move()
    for table in _AWAY:
        op.drop_table(f"old_{table}")


def _set_aside() -> None:
    """Keep the rows under other names, without the indexes and constraints whose names are needed again."""
    for table in _AWAY:
        op.execute(f"CREATE TABLE old_{table} AS SELECT * FROM {table}")  # noqa: S608  one of three names
    for table in _AWAY:
        op.drop_table(table)


def _make_messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Text),
        sa.Column("run_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("trial", sa.Boolean, nullable=False),
        sa.Column("unheard", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_messages_run_id"),
    )
    op.create_index("ix_messages_void", "messages", ["trial", "unheard", "id"])
    op.create_table(
        "bodies",
        sa.Column("message_id", sa.Text),
        sa.Column("data", sa.LargeBinary),
        sa.Column("draft", sa.JSON),
        sa.PrimaryKeyConstraint("message_id", name="pk_bodies"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_bodies_message_id"),
    )


def _make_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("trial", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", _INSTANT),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("refused", sa.JSON, nullable=False),
        sa.Column("settled_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_deliveries_message_id"),
    )
    op.create_index("ix_deliveries_message_id", "deliveries", ["message_id"])
    op.create_index("ix_deliveries_state_settled_at", "deliveries", ["state", "settled_at"])
    turn = ["trial", "due_at", "attempts", "queued_at", "id"]
    op.create_index("ix_deliveries_waiting", "deliveries", turn, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index(
        "ix_deliveries_claimed_by",
        "deliveries",
        ["claimed_by"],
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    op.create_table(
        "attempts",
        sa.Column("number", sa.Integer),
        sa.Column("delivery_id", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_attempts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id"),
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])


def _make_queues() -> None:
    op.create_table(
        "taken_in",
        sa.Column("origin", sa.Text),
        sa.Column("number", sa.BigInteger),
        sa.Column("fingerprint", sa.Text),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("stamped_at", _INSTANT),
        sa.PrimaryKeyConstraint("origin", "number", "fingerprint", name="pk_taken_in"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_taken_in_message_id"),
    )
    op.create_index("ix_taken_in_message_id", "taken_in", ["message_id"])
    row = ["origin", "number", "fingerprint"]
    op.create_index("ix_taken_in_due", "taken_in", row, sqlite_where=_DUE, postgresql_where=_DUE)
    op.create_table(
        "queues",
        sa.Column("origin", sa.Text),
        sa.Column("first_look_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_queues"),
    )


def _make_proof() -> None:
    op.create_table(
        "tellings",
        sa.Column("number", sa.Integer),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("told_on", sa.Date, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_tellings"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_tellings_message_id"),
    )
    op.create_index("ix_tellings_finding", "tellings", ["finding"])
    op.create_index("ix_tellings_message_id", "tellings", ["message_id"])
    op.create_table(
        "notices",
        sa.Column("number", sa.Integer),
        sa.Column("telling", sa.Integer, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("accepted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_notices"),
        sa.ForeignKeyConstraint(["telling"], ["tellings.number"], name="fk_notices_telling"),
    )
    op.create_index("ix_notices_accepted_at", "notices", ["accepted_at"])


def _move() -> None:
    """Copy every row; what was told in dead or diverted mail was told to nobody."""
    op.execute(
        "INSERT INTO messages "
        "(id, run_id, kind, origin, subject, sender, recipients, queued_at, trial, unheard) "
        "SELECT id, run_id, 'digest', origin, subject, sender, recipients, queued_at, trial, "
        "(unheard OR state IN ('dead', 'diverted')) FROM old_messages"
    )
    op.execute("INSERT INTO bodies (message_id, data) SELECT id, data FROM old_messages")
    op.execute(
        "INSERT INTO deliveries (id, message_id, part, recipients, kind, origin, queued_at, trial, state, "  # noqa: S608  an instant of ours
        "attempts, due_at, claimed_by, claimed_until, answer, refused, settled_at) "
        "SELECT id, id, 1, recipients, 'digest', origin, queued_at, trial, state, attempts, "
        f"'{_at_once()}', CASE WHEN state = 'sending' THEN '0001' END, "
        "claimed_until, answer, refused, settled_at "
        "FROM old_messages"
    )
    op.execute("INSERT INTO tellings SELECT * FROM old_tellings ORDER BY number")
    op.execute("INSERT INTO notices SELECT * FROM old_notices ORDER BY number")
    if op.get_bind().dialect.name == "postgresql":
        for table in ("tellings", "notices"):
            op.execute(_go_on_counting(table))


def _at_once() -> str:
    """Write the first instant as the database takes it, whatever the zone of the session."""
    return "1970-01-01 00:00:00.000000" + ("+00" if op.get_bind().dialect.name == "postgresql" else "")


def _go_on_counting(table: str) -> str:
    last = f"SELECT max(number) FROM {table}"  # noqa: S608  one of two names
    return f"SELECT setval(pg_get_serial_sequence('{table}', 'number'), ({last})) WHERE ({last}) IS NOT NULL"
