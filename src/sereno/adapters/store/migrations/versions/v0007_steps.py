"""Note what becomes of each finding, step by step: opened, replanned and by how much, resolved."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the steps; they are known from the last run on, for what came before was never noted."""
    op.add_column("store_info", sa.Column("steps_since", sa.DateTime(timezone=True)))
    op.execute("UPDATE store_info SET steps_since = (SELECT max(finished_at) FROM runs)")
    op.create_table(
        "steps",
        sa.Column("number", sa.Integer),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("due_before", sa.Date),
        sa.PrimaryKeyConstraint("number", name="pk_steps"),
    )
    op.create_index("ix_steps_finding", "steps", ["finding", "number"])
    noted = ["monitor", "made_on", "rule", "kind", "due_before", "due"]
    op.create_index("ix_steps_made_on", "steps", noted)
    listed = sa.text("ended_on IS NULL AND section IS NOT NULL")
    op.create_index(
        "ix_findings_listed",
        "findings",
        ["monitor", "rule", "owner", "first_seen", "replannings", "ended_on", "section"],
        sqlite_where=listed,
        postgresql_where=listed,
    )
