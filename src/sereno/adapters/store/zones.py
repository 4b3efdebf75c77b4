"""Times of a value, brought to a zone."""

from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

from sereno.domain.wallclock import utc

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Timed = TypeVar("Timed", bound="DataclassInstance")


def moved(value: Timed, zone: tzinfo, *times: str) -> Timed:
    """Return the value with those of its fields that are times in the zone."""
    changed: dict[str, Any] = {name: utc(getattr(value, name)).astimezone(zone) for name in times}
    return replace(value, **changed)
