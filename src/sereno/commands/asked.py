"""What a person names on the command line, found or refused in words."""

import getpass
from collections.abc import Sequence
from datetime import date

from sereno.bootstrap.site import Site
from sereno.domain.errors import Fault, FaultyInput
from sereno.domain.rules import Monitor


def chosen_monitors(site: Site, name: str | None) -> tuple[Monitor, ...]:
    """Return the monitor of that name, all where none is named."""
    chosen = tuple(each for each in site.monitors if name in {None, each.name})
    if not chosen:
        known = ", ".join(each.name for each in site.monitors)
        raise FaultyInput((Fault("--monitor", str(name), f"uno de {known}"),))
    return chosen


def known_rule(monitors: Sequence[Monitor], asked: str) -> str:
    """Return a rule's or a section's id as it is spelt."""
    rules = [rule for monitor in monitors for rule in monitor.rules]
    ids = list(dict.fromkeys(name for rule in rules for name in (rule.id, *rule.sections)))
    spelt = next((name for name in ids if name.casefold() == asked.casefold()), None)
    if spelt is None:
        raise FaultyInput((Fault("regla", asked, f"una de {', '.join(ids)}"),))
    return spelt


def day_of(name: str, text: str) -> date:
    """Read a day that a person typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FaultyInput((Fault(name, text, "una fecha AAAA-MM-DD"),)) from None


def operator() -> str:
    """Name who runs this; a process may run as somebody whom the machine cannot name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "operador"
