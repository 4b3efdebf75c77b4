"""One value of a register, normalised."""

from zoneinfo import ZoneInfo

from sereno.adapters.normalise import normalise_column

MADRID = ZoneInfo("Europe/Madrid")
KINDS = ["INTEGER", "REAL", "TEXT", "DATE", "FLAG"]
UNREADABLE = object()


def one(value, kind, tz=MADRID):
    (cell,), unreadable = normalise_column([value], kind, tz)
    if unreadable:
        assert cell is None
        return UNREADABLE
    return cell
