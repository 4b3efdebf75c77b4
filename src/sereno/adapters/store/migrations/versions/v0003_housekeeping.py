"""Count job results that are no longer kept, and find by index what rests on rows that go."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TOLD = ["finding", "digest", "section", "due", "told_on", "period", "message_id", "number"]


def upgrade() -> None:
    """Add a table and indexes; no row changes."""
    op.create_table(
        "job_totals",
        sa.Column("job", sa.Text),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("successes", sa.Integer, nullable=False),
        sa.Column("last_success", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("job", name="pk_job_totals"),
    )
    op.create_index("ix_messages_run_id", "messages", ["run_id"])
    op.create_index("ix_notices_telling", "notices", ["telling"])
    op.drop_index("ix_tellings_finding", "tellings")
    op.create_index("ix_tellings_told", "tellings", _TOLD)
