"""Keep how the rules of each run fared and what moved with it; of earlier ones nothing is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_OPEN = sa.text("ended IS NULL AND section IS NOT NULL")


def upgrade() -> None:
    """Add a table and an index; no row changes."""
    op.create_table(
        "traces",
        sa.Column("run_id", sa.Text),
        sa.Column("looks", sa.JSON, nullable=False),
        sa.Column("fetched", sa.JSON, nullable=False),
        sa.Column("moves", sa.JSON, nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("unlisted", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_traces"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_traces_run_id"),
    )
    whose = ["monitor", "rule", "section", "owner"]
    op.create_index("ix_findings_owner", "findings", whose, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_runs_states", "runs", ["monitor", "digest", "state", "finished_at", "number"])
