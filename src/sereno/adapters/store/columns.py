"""What the store's tables are made of: their types, and the naming of their constraints."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, Text, TypeDecorator

from sereno.domain.wallclock import utc


# SQLAlchemy takes a column's type as a subclass; these two are the only ones.
class Instant(TypeDecorator[datetime]):
    """Keep a zoned time, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else utc(value)  # SQLite knows no zones


class Words(TypeDecorator[str]):
    """Keep any text: what a relay or a job said is recorded, even where it holds what no database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else sayable(value)


def sayable(text: str) -> str:
    """Replace what no database takes."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
