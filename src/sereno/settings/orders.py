"""A monitor's standing orders, as the settings give them."""

from collections.abc import Mapping
from typing import TypeVar

from sereno.domain.rules import Monitor, url_variable
from sereno.engine.agenda import Orders
from sereno.settings.values import Settings

Replaced = TypeVar("Replaced")


def standing_orders(settings: Settings, monitor: Monitor) -> Orders:
    """Gather a monitor's standing orders."""
    return Orders(
        operators=settings.operators,
        blind_send_at=settings.blind_send_at,
        trial=settings.mail.trial,
        thresholds=settings.thresholds[monitor.name],
        audiences=_by_digest(settings.audiences, monitor),
        cadences=_by_digest(settings.cadences, monitor),
        repeat=settings.repeat,
        rows_shown=settings.digest_rows,
        sheet_from=settings.digest_xlsx_from,
        unconfigured=tuple(
            url_variable(name) for name in monitor.registers if settings.registers[name].url is None
        ),
    )


def _by_digest(replaced: Mapping[str, Replaced], monitor: Monitor) -> dict[str, Replaced]:
    """Pick a monitor's entries of a mapping keyed `monitor/digest`."""
    prefix = f"{monitor.name}/"
    return {key.removeprefix(prefix): value for key, value in replaced.items() if key.startswith(prefix)}
