"""What the cells of a queue's row become: a row that the engine understands."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from sereno.adapters.normalise import decode, normalise_value
from sereno.domain.foreign import QueueRow

COLUMNS = (
    "IDCorreo",
    "Aplicacion",
    "Destinatarios",
    "DestinatariosConCopia",
    "DestinatariosConCopiaOculta",
    "Asunto",
    "Cuerpo",
    "URLAdjunto",
    "FechaGrabacion",
    "CuerpoHTML",
)
"""What is read of a row, in this order."""

_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")
_LONGEST_FLAG = 16
_BEFORE_CLOCK = re.compile(r"[Tt]|\s+")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?", re.ASCII)
"""How nearly all times are written."""
_ZERO_DATE = date(1899, 12, 30)
"""What Access writes for a time without a date."""


def row_of(number: int, cells: Sequence[object], tz: tzinfo) -> QueueRow:
    """Understand the cells of COLUMNS, whose first is known to be this number; naive times are `tz`'s."""
    application, to, cc, bcc, subject, body, attachments = map(text_of, cells[1:8])
    recorded_at, recorded_as = recorded(cells[8], tz)
    html, other_body = _html(cells[9])
    return QueueRow(
        number=number,
        application=application,
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject,
        body=body or other_body,
        html=html,
        attachments=attachments,
        recorded_at=recorded_at,
        recorded_as=recorded_as,
    )


def number_of(cell: object) -> int | None:
    """Return a whole number, whatever type holds it; None of anything else."""
    if type(cell) is int:
        return cell
    if isinstance(cell, float | Decimal):
        try:
            return int(cell) if cell == int(cell) else None
        except (ValueError, OverflowError):  # no number, or infinite
            return None
    return None


def text_of(cell: object) -> str:
    """Return a text as it stands, and an empty one for what is blank."""
    text = cell if type(cell) is str else _words(cell)
    return "" if text.isspace() else text


def recorded(cell: object, tz: tzinfo) -> tuple[datetime | None, str]:
    """Return when that was, zoned, where it can be understood; and the same text for the same value for ever.

    The text is the same in every kind of database: naive times as they stand, zoned ones in UTC.
    """
    moment = _moment(cell)
    if moment is None:
        return None, text_of(cell).strip()
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=tz)
    try:
        at_utc = zoned.astimezone(UTC)
    except OverflowError:  # at either end of the calendar
        return None, moment.isoformat(" ")
    written = at_utc if moment.tzinfo else moment
    return (None if moment.date() == _ZERO_DATE else zoned), written.isoformat(" ")


def _words(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):  # of a class of its own
        return str(cell)
    if isinstance(cell, bytes | bytearray | memoryview):
        return decode(bytes(cell))
    return str(cell)


def _html(cell: object) -> tuple[bool, str]:
    """Tell whether the body is HTML, and what CuerpoHTML offers as one."""
    if cell is None or cell == "":
        return False, ""
    text = text_of(cell)
    if _TAG.search(text):
        return True, text
    yes = cell == b"\x01" or (len(text) <= _LONGEST_FLAG and normalise_value(cell, "FLAG", UTC) == 1)
    return yes, ""


def _moment(cell: object) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    return _moment_of_text(text_of(cell)) if isinstance(cell, str | bytes) else None


def _moment_of_text(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _ISO.fullmatch(text) else _moment_written_otherwise(text)
    except ValueError:
        return None


def _moment_written_otherwise(text: str) -> datetime | None:
    """Read the forms that registers know, of which they take the day; raise ValueError for a wrong hour."""
    if normalise_value(text, "DATE", UTC) is None:
        return None
    day, *clock = _BEFORE_CLOCK.split(text.strip(), maxsplit=1)
    hour = "".join("".join(clock).split()).upper()
    if hour[1:2] == ":":
        hour = f"0{hour}"
    return datetime.fromisoformat(f"{normalise_value(day, 'DATE', UTC)}{hour and 'T'}{hour}")
