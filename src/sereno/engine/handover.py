"""What passes between the resting master and a cycle in another process, in words that JSON can say."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sereno.engine.logbook import Process
from sereno.engine.master import Order
from sereno.engine.vigil import Turned

Words = Mapping[str, Any]


def order_words(order: Order) -> Words:
    """Put an order into words."""
    return {**asdict(order), "tidied_on": _iso(order.tidied_on)}


def order_of(words: Words) -> Order:
    """Read an order."""
    return Order(**{**words, "faults": tuple(words["faults"]), "tidied_on": _date(words["tidied_on"])})


def process_words(process: Process) -> Words:
    """Put the name of a process into words."""
    return asdict(process)


def process_of(words: Words) -> Process:
    """Read the name of a process."""
    return Process(**words)


def turned_words(turned: Turned) -> Words:
    """Put what a cycle tells into words; times are in UTC, and their zone stands beside them."""
    return {
        "cycle": turned.cycle,
        "zone": str(turned.wake_at.tzinfo),
        "wake_at": _utc(turned.wake_at),
        "quiet_until": None if turned.quiet_until is None else _utc(turned.quiet_until),
        "interval": turned.interval.total_seconds(),
        "edges": sorted(edge.isoformat() for edge in turned.edges),
        "failed": turned.failed,
        "faults": list(turned.faults),
        "tidied_on": _iso(turned.tidied_on),
    }


def turned_of(words: Words) -> Turned:
    """Read what a cycle tells."""
    zone = ZoneInfo(words["zone"])
    quiet = words["quiet_until"]
    return Turned(
        cycle=words["cycle"],
        wake_at=_local(words["wake_at"], zone),
        interval=timedelta(seconds=words["interval"]),
        edges=frozenset(map(time.fromisoformat, words["edges"])),
        quiet_until=None if quiet is None else _local(quiet, zone),
        failed=words["failed"],
        faults=tuple(words["faults"]),
        tidied_on=_date(words["tidied_on"]),
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _local(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).astimezone(zone)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
