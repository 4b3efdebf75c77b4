"""Make the run ledger, the outbox, the finding ledger and the job results."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    _make_ledger()
    _make_outbox()
    _make_findings()
    _make_proof()
    _make_job_results()


def _make_ledger() -> None:
    op.create_table(
        "store_info",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row")),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("cycles", sa.Integer, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_store_info"),
    )
    op.create_table(
        "periods",
        sa.Column("monitor", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("period", sa.Text),
        sa.Column("opens_at", _INSTANT, nullable=False),
        sa.Column("closes_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("monitor", "digest", "period", name="pk_periods"),
    )
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT, nullable=False),
        sa.Column("findings", sa.Integer, nullable=False),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("forced", sa.Boolean, nullable=False),
        sa.Column("trial", sa.Boolean, nullable=False),
        sa.Column("data_errors", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
        sa.UniqueConstraint("id", name="uq_runs_id"),
    )
    op.create_index("ix_runs_monitor_digest_period", "runs", ["monitor", "digest", "period"])
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_index("ix_runs_latest", "runs", ["monitor", "digest", "finished_at", "number"])
    _make_unique("uq_runs_complete", "state = 'complete' AND NOT forced AND NOT trial")
    _make_unique("uq_runs_incomplete", "state = 'blind' AND sent AND NOT forced AND NOT trial")


def _make_unique(name: str, where: str) -> None:
    op.create_index(
        name,
        "runs",
        ["monitor", "digest", "period"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _make_outbox() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Text),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("recipients", sa.JSON, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("queued_at", _INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("trial", sa.Boolean, nullable=False),
        sa.Column("claimed_until", _INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
        sa.Column("refused", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("unheard", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("settled_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_messages_run_id"),
    )
    op.create_index("ix_messages_claim", "messages", ["state", "trial", "attempts", "queued_at", "id"])
    op.create_index("ix_messages_state_settled_at", "messages", ["state", "settled_at"])
    op.create_index("ix_messages_void", "messages", ["state", "trial", "unheard", "id"])
    op.create_table(
        "refusals",
        sa.Column("address", sa.Text),
        sa.Column("refused_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_refusals"),
    )


def _make_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Text),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("track", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("first_seen", sa.Date, nullable=False),
        sa.Column("last_seen", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("section", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("replanned_from", sa.Date),
        sa.Column("replannings", sa.Integer, nullable=False),
        sa.Column("ended", sa.Text),
        sa.Column("ended_on", sa.Date),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_monitor_ended_on", "findings", ["monitor", "ended_on"])
    op.create_table(
        "snoozes",
        sa.Column("finding", sa.Text),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("due", sa.Date),
        sa.PrimaryKeyConstraint("finding", name="pk_snoozes"),
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


def _make_job_results() -> None:
    op.create_table(
        "job_results",
        sa.Column("number", sa.Integer),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("tail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_job_results"),
    )
    op.create_index("ix_job_results_job_started_at", "job_results", ["job", "started_at"])
    op.create_index("ix_job_results_totals", "job_results", ["job", "code", "ended_at"])
