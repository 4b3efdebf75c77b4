"""Who is who: roles, whom mail cannot reach, and the owners whom nobody can find."""

from dataclasses import dataclass

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors
from sereno.commands.recording import done_by_command
from sereno.domain.addresses import check_address
from sereno.domain.directory import Directory, Person, find_people, find_person
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.personal import normalised, own_address
from sereno.domain.rules import Monitor
from sereno.engine.who_is_who import holdings, lost_owners, why_unreached

HEADINGS = ("Vigilante", "Rol", "Persona", "Correo")
NOBODY = "nadie"
EXPECTED = "un Id, usuario o nombre del directorio que tenga correo, o un correo bien escrito"


@dataclass(frozen=True, slots=True)
class Finder:
    """Find people as their names are typed."""

    directory: Directory

    def same(self, one: str, other: str) -> bool:
        """Tell whether two references mean one person."""
        found = find_person(self.directory, one)
        return found is not None and found == find_person(self.directory, other)

    def addresses(self, reference: str) -> frozenset[str]:
        """Return a person's own mailbox, and the address that stands for it now; case-folded."""
        person = find_person(self.directory, reference)
        if person is None:
            _, (why, *_) = find_people(self.directory, [reference])
            raise FaultyInput(
                (Fault("--person", why, "un Id, usuario o nombre del directorio, o un correo"),)
            )
        return frozenset(each.casefold() for each in (person.mailbox, person.address) if each)


def list_people(monitor: str | None) -> int:
    """Show who has which role, whom mail cannot reach, and the owners of open findings who are not found."""
    site = open_site("dry_run")
    monitors, directory = chosen_monitors(site, monitor), site.registers().directory()
    site.terminal.table(HEADINGS, [row for each in monitors for row in role_rows(site, each, directory)])
    lost = lost_owners(monitors, site.rehearsal_store().open_owners(), directory)
    if lost:
        site.terminal.say("\nResponsables de hallazgos abiertos a los que no llega correo:")
        site.terminal.table(
            ("Vigilante", "Hallazgos", "Quién y por qué"),
            [(name, str(times), why) for (name, why), times in lost.items()],
        )
    return 0


def revoke_links(who: str) -> int:
    """Let no personal link or calendar that somebody has so far open anything.

    Returns 1 where an address was typed that had no calendar and may be nobody's.
    """
    site = open_site("check")
    address = _typed(who) if "@" in who else _found(site, who)
    with site.open_store() as store, done_by_command(site, store, "links_revoked", address):
        had_calendar = store.readers.revoke(address)
    # Only then: a register that cannot be read keeps nobody's link open.
    doubt = "" if had_calendar or "@" not in who else _doubt(site, address)
    if doubt:
        site.terminal.say(f"{address}: {doubt} Si algún enlace se le envió, ya no abre nada.")
        return 1
    calendar = ", y su calendario" if had_calendar else "; no tenía calendario"
    site.terminal.say(f"{address}: anulados sus enlaces personales{calendar}. El próximo informe trae otro.")
    return 0


def _typed(address: str) -> str:
    """Return an address as links are signed for it; FaultyInput where it is none."""
    checked = check_address(address.strip())
    if checked is None:
        raise FaultyInput((Fault("--revoke", address, EXPECTED),))
    return normalised(checked)


def _found(site: Site, reference: str) -> str:
    """Return a person's own address; FaultyInput where the directory has no such person, or none of his."""
    person = find_person(site.registers().directory(), reference)
    own = person and own_address(person)
    if not own:
        raise FaultyInput((Fault("--revoke", reference, EXPECTED),))
    return own


def _doubt(site: Site, address: str) -> str:
    """Say why nobody may ever have had a link at an address; empty where it is somebody's."""
    try:
        people = site.registers().directory().people
    except SerenoError as error:
        return f"no se sabe de quién es, porque no se pudo leer el directorio: {error}"
    if any(own_address(person) == address for person in people):
        return ""
    return "no es de nadie del directorio, ni tenía calendario: ¿está bien escrita?"


def role_rows(site: Site, monitor: Monitor, directory: Directory) -> list[tuple[str, ...]]:
    """Make a row of each person who has one of a monitor's roles."""
    return [
        (monitor.name, each.role, *_shown(person))
        for each in holdings(monitor, site.orders(monitor), directory)
        for person in each.people or (None,)
    ]


def _shown(person: Person | None) -> tuple[str, str]:
    if person is None:
        return NOBODY, "—"
    reach = person.address or f"SIN CORREO: {why_unreached(person)}"
    return person.label, f"{reach} ({person.away})" if person.address and person.away else reach
