"""Whom mail reaches: roles, people without an address, names that nobody has, or two have."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import chosen_monitors
from sereno.commands.people import HEADINGS, role_rows
from sereno.domain.directory import Directory, find_people
from sereno.domain.findings import Blind, Look, Seen
from sereno.domain.parcels import PERSON
from sereno.domain.rules import Monitor
from sereno.engine.look import look_at
from sereno.engine.who_is_who import holdings, unreachable, why_unreached

Lost = Counter[tuple[str, str]]
"""How often each monitor's rows name somebody whom mail does not reach: (monitor, who and why)."""


@dataclass(slots=True)
class References:
    """Gather what the registers say of people."""

    lost: Lost = field(default_factory=Counter)
    unseen: list[str] = field(default_factory=list)
    """Why some could not be looked up."""


def check_directory(monitor: str | None) -> int:
    """Show who has each role, and whom mail does not reach; 1 when a role or a row names such a person."""
    site = open_site("check")
    monitors, registers = chosen_monitors(site, monitor), site.registers()
    directory = registers.directory()
    site.terminal.table(HEADINGS, [row for each in monitors for row in role_rows(site, each, directory)])
    faults = [fault for each in monitors for fault in _role_faults(site, each, directory)]
    _tell_unreachable(site, directory)
    references = References()
    for each in monitors:
        _look_up(site, each, directory, references)
    _tell_lost(site, references.lost)
    faults += [*_repeated(directory), *references.unseen]
    site.terminal.say("")
    site.terminal.warn(faults)
    if not (faults or references.lost):
        site.terminal.say("A todos los que hacen falta les llega el correo.")
    return int(bool(faults or references.lost))


def _role_faults(site: Site, monitor: Monitor, directory: Directory) -> Iterator[str]:
    for each in holdings(monitor, site.orders(monitor), directory):
        if not any(person.address for person in each.people):
            yield f"{monitor.name}: el rol {each.role} no tiene a nadie a quien llegue correo."
            continue
        for person in each.people:
            if not person.address:
                why = why_unreached(person)
                yield f"{monitor.name}: a {person.label} ({each.role}) no le llega correo: {why}."


def _tell_unreachable(site: Site, directory: Directory) -> None:
    lost = unreachable(directory)
    if lost:
        site.terminal.say(f"\nPersonas de alta a las que no llega correo ({len(lost)}):")
        site.terminal.table(
            ("Id", "Usuario", "Persona", "Por qué"),
            [(_text(each.id), _text(each.login), each.label, why_unreached(each)) for each in lost],
        )


def _look_up(site: Site, monitor: Monitor, directory: Directory, references: References) -> None:
    """Look up everybody whom the rows of a monitor's rules and people queries name, as of now."""
    orders = site.orders(monitor)
    if orders.unconfigured:
        site.terminal.say(f"{monitor.name}: sin configurar, falta {', '.join(orders.unconfigured)}")
        return
    log, today = site.log(monitor.name, echo=False, keep=False), site.clock.now().date()
    look = look_at(monitor, today, orders.thresholds, site.registers(), log)
    references.unseen += [f"{monitor.name}: {why}" for why in dict.fromkeys(_unseen(look))]
    for names in _named(monitor, look):
        _, missing = find_people(directory, names)
        references.lost.update((monitor.name, why) for why in missing)


def _unseen(look: Look) -> list[str]:
    answers = [answer for answer in look.people.values() if isinstance(answer, Blind)]
    return [each.why for each in (*look.blind, *answers)]


def _named(monitor: Monitor, look: Look) -> Iterator[Sequence[str | int | float | None]]:
    """Yield whom each finding names, by its owner's column and by people queries."""
    owners = {rule.id for rule in monitor.rules if rule.owner is not None}
    for outcome in look.outcomes:
        if isinstance(outcome, Seen) and outcome.rule in owners:
            yield from ([finding.owner] for finding in outcome.findings if finding.section is not None)
    for answer in look.people.values():
        if not isinstance(answer, Blind):
            yield from ([row[PERSON]] for row in answer if row[PERSON] is not None)


def _tell_lost(site: Site, lost: Lost) -> None:
    if lost:
        site.terminal.say("\nNombrados en los registros, y no les llega correo:")
        site.terminal.table(
            ("Vigilante", "Filas", "Quién y por qué"),
            [(monitor, str(times), why) for (monitor, why), times in lost.most_common()],
        )


def _repeated(directory: Directory) -> Iterator[str]:
    """Find an Id or login that two active people have: mail for one may go to the other."""
    called = {"id": "Id", "login": "usuario"}
    for key, people in directory.found.items():
        what, _, value = key.partition(":")
        active = [person for person in people if person.active]
        if what in called and len(active) > 1:
            names = ", ".join(person.label for person in active)
            yield f"Directorio: el {called[what]} {value} es de {len(active)} personas de alta ({names})."


def _text(value: object) -> str:
    return "" if value is None else str(value)
