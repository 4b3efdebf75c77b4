"""One register looked at from near: what it holds, and how it calls what the monitors read."""

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.domain.errors import Fault, FaultyInput

CHECKED = "Repáselo, y compruébelo con: sereno check registers"


def inspect_register(name: str) -> int:
    """Show every table of a register, and what the monitors miss; 1 where they miss anything."""
    site = open_site("check")
    view = site.view_register(_known(site, name))
    site.terminal.register(view)
    return int(bool(view.missing) or not view.seen)


def map_register(name: str) -> int:
    """Begin the file of local names with what differs in a register."""
    site = open_site("check")
    added = site.map_register(_known(site, name))
    site.terminal.say(
        f"{added}\nEscrito en monitors.local.toml. {CHECKED}" if added else "Los nombres coinciden."
    )
    return 0


def _known(site: Site, name: str) -> str:
    found = next((each for each in site.settings.registers if each == name.casefold()), None)
    if found is None:
        expected = f"uno de {', '.join(site.settings.registers)}"
        raise FaultyInput((Fault("registro", f"«{name}» no se conoce", expected),))
    return found
