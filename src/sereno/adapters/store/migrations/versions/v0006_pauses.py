"""Remember which jobs a person lets rest, until when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a table: no job rests until somebody says so."""
    op.create_table(
        "pauses",
        sa.Column("job", sa.Text),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_pauses"),
    )
