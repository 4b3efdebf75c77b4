"""Remember the master's own watch: who leads, what runs, what was missed, what the operators know."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _process() -> tuple["sa.Column[object]", ...]:
    return (
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("born", sa.Double, nullable=False),
        sa.Column("boot", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
    )


def upgrade() -> None:
    """Add tables; what was served so far is accounted for, so that nothing before is called missed."""
    op.create_table(
        "lease",
        sa.Column("id", sa.Integer),
        *_process(),
        _instant("since"),
        _instant("until"),
        sa.PrimaryKeyConstraint("id", name="pk_lease"),
        sa.CheckConstraint("id = 1", name=op.f("ck_lease_one_lease")),
    )
    op.create_table(
        "running",
        sa.Column("job", sa.Text),
        *_process(),
        _instant("started_at"),
        sa.PrimaryKeyConstraint("job", name="pk_running"),
    )
    op.create_table(
        "accounts",
        sa.Column("monitor", sa.Text),
        sa.Column("digest", sa.Text),
        _instant("until"),
        sa.PrimaryKeyConstraint("monitor", "digest", name="pk_accounts"),
    )
    op.create_table(
        "missed",
        sa.Column("monitor", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("period", sa.Text),
        _instant("closed_at"),
        _instant("noted_at"),
        sa.PrimaryKeyConstraint("monitor", "digest", "period", name="pk_missed"),
    )
    op.create_index("ix_missed_noted_at", "missed", ["noted_at"])
    op.create_table(
        "alarms",
        sa.Column("subject", sa.Text),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        _instant("since"),
        _instant("told_at"),
        sa.PrimaryKeyConstraint("subject", name="pk_alarms"),
    )
    op.execute(
        "INSERT INTO accounts (monitor, digest, until)"
        " SELECT monitor, digest, max(finished_at) FROM runs GROUP BY monitor, digest"
    )
