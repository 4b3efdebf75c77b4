"""Keep what readers' own pages need: the key, revocations and calendars, codes, and whose is what."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def _text(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Text, nullable=False)


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Add tables; no row changes."""
    op.create_table(
        "reader_key",
        sa.Column("id", sa.Integer),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reader_key"),
        sa.CheckConstraint("id = 1", name=op.f("ck_reader_key_one_key")),
    )
    op.create_table(
        "readers",
        sa.Column("address", sa.Text),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("feed", sa.Text),
        sa.Column("feed_since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("address", name="pk_readers"),
        sa.UniqueConstraint("feed", name="uq_readers_feed"),
    )
    op.create_table(
        "codes",
        sa.Column("id", sa.Text),
        *map(_text, ("address", "monitor", "rule")),
        sa.Column("track", sa.JSON, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        *map(_text, ("author", "reason")),
        sa.Column("due", sa.Date),
        *map(_text, ("proof", "message_id")),
        _instant("asked_at"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_address_asked_at", "codes", ["address", "asked_at"])
    op.create_index("ix_codes_asked_at", "codes", ["asked_at"])
    op.create_table(
        "named",
        sa.Column("monitor", sa.Text),
        sa.Column("digest", sa.Text),
        _instant("seen_at"),
        sa.Column("people", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("monitor", "digest", name="pk_named"),
    )
