"""Remember who may enter the console, who is in, and who did what."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Add tables: until somebody is added to them, nobody enters and nothing changes."""
    op.create_table(
        "users",
        sa.Column("name", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("name", name="pk_users"),
        sa.CheckConstraint("role IN ('read', 'operate')", name=op.f("ck_users_known_role")),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        _instant("until"),
        sa.PrimaryKeyConstraint("token", name="pk_sessions"),
        sa.ForeignKeyConstraint(["name"], ["users.name"], name="fk_sessions_name", ondelete="CASCADE"),
    )
    op.create_index("ix_sessions_name", "sessions", ["name"])
    op.create_index("ix_sessions_until", "sessions", ["until"])
    op.create_table(
        "deeds",
        sa.Column("number", sa.Integer, autoincrement=True),
        _instant("at"),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_deeds"),
    )
    op.create_index("ix_deeds_at", "deeds", ["at"])
    op.create_index("ix_deeds_action_at", "deeds", ["action", "at"])
