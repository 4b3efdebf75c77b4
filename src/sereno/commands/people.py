"""Who is who: roles, whom mail cannot reach, and the owners whom nobody can find."""

from collections import Counter
from dataclasses import dataclass

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors, operator
from sereno.domain.directory import Directory, Person, Role, find_people, find_person, is_role, members
from sereno.domain.errors import Fault, FaultyInput
from sereno.domain.parcels import FALLBACK
from sereno.domain.personal import normalised
from sereno.domain.rules import Monitor
from sereno.engine.access import Deed
from sereno.engine.open_findings import open_findings

HEADINGS = ("Vigilante", "Papel", "Persona", "Correo")
NOBODY = "nadie"
NO_ADDRESS = "no tiene dirección válida"


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
    lost = _lost(site, monitors, directory)
    if lost:
        site.terminal.say("\nResponsables de hallazgos abiertos a los que no llega correo:")
        site.terminal.table(
            ("Vigilante", "Hallazgos", "Quién y por qué"),
            [(name, str(times), why) for (name, why), times in lost.items()],
        )
    return 0


def revoke_links(who: str) -> int:
    """Let no personal link or calendar that somebody has so far open anything."""
    site = open_site("check")
    address = normalised(who) if "@" in who else _mailbox(site, who)
    with site.open_store() as store:
        store.audit.note(Deed(site.clock.now(), f"sistema/{operator()}", "links_revoked", address))
        store.readers.revoke(address)
        had_calendar = store.readers.end_feed(address)
    calendar = ", y su calendario" if had_calendar else "; no tenía calendario"
    site.terminal.say(f"{address}: anulados sus enlaces personales{calendar}. El próximo informe trae otro.")
    return 0


def _mailbox(site: Site, reference: str) -> str:
    """Return a person's own address; FaultyInput where the directory has no such person, or none of his."""
    person = find_person(site.registers().directory(), reference)
    if person is None or not person.mailbox:
        expected = "un Id, usuario o nombre del directorio que tenga correo, o un correo"
        raise FaultyInput((Fault("--revoke", reference, expected),))
    return normalised(person.mailbox)


def asked_roles(site: Site, monitor: Monitor) -> list[Role]:
    """List the roles that a monitor's mail may go to."""
    audiences = site.orders(monitor).audiences
    asked = {FALLBACK: None}
    for plan in monitor.digests:
        asked |= dict.fromkeys((audiences.get(plan.name, plan.to), plan.bcc or FALLBACK))
    asked |= dict.fromkeys(rule.escalate_to or FALLBACK for rule in monitor.rules)
    return [role for role in asked if is_role(role)]


def role_rows(site: Site, monitor: Monitor, directory: Directory) -> list[tuple[str, ...]]:
    """Make a row of each person who has one of a monitor's roles."""
    return [
        (monitor.name, role, *_shown(person))
        for role in asked_roles(site, monitor)
        for person in members(directory, role, monitor.application_id) or (None,)
    ]


def _shown(person: Person | None) -> tuple[str, str]:
    if person is None:
        return NOBODY, "—"
    reach = person.address or f"SIN CORREO: {person.away or NO_ADDRESS}"
    return person.label, f"{reach} ({person.away})" if person.address and person.away else reach


def _lost(site: Site, monitors: tuple[Monitor, ...], directory: Directory) -> Counter[tuple[str, str]]:
    """Count, by monitor and reason, the open findings whose owner mail does not reach."""
    lost: Counter[tuple[str, str]] = Counter()
    for each in open_findings(monitors, site.rehearsal_store(), site.clock.now().date()):
        if each.rule.owner is not None:
            _, missing = find_people(directory, [each.entry.owner])
            lost.update((each.monitor.name, why) for why in missing)
    return lost
