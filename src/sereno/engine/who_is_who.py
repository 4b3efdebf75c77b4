"""Who is who: who has the roles that mail goes to, whom it cannot reach, and who will receive what."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sereno.domain.directory import Directory, Person, Role, audience, find_people, is_role, members
from sereno.domain.parcels import FALLBACK, is_personal
from sereno.domain.rules import OWNER, PEOPLE, DigestPlan, Monitor
from sereno.engine.agenda import Orders, Post
from sereno.engine.records import Owned

NO_ADDRESS = "no tiene dirección válida"
Way = Literal["to", "hidden", "overdue", "instead"]
"""As its reader; in a hidden copy; copied on what is overdue for too long; in place of whom mail misses."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Say who holds a role for a monitor; nobody may."""

    monitor: str
    role: Role
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Say that an address will receive a digest, how and why."""

    address: str
    monitor: str
    digest: str
    way: Way
    why: str


def asked_roles(monitor: Monitor, orders: Orders) -> list[Role]:
    """List the roles that a monitor's mail may go to."""
    asked = {FALLBACK: None}
    for plan in monitor.digests:
        asked |= dict.fromkeys((orders.audience(plan), plan.bcc or FALLBACK))
    asked |= dict.fromkeys(rule.escalate_to or FALLBACK for rule in monitor.rules)
    return [role for role in asked if is_role(role)]


def holdings(monitor: Monitor, orders: Orders, directory: Directory) -> list[Holding]:
    """Say who holds each of those roles."""
    return [
        Holding(monitor.name, role, members(directory, role, monitor.application_id))
        for role in asked_roles(monitor, orders)
    ]


def why_unreached(person: Person) -> str:
    """Say why mail does not reach somebody who has no address."""
    return person.away or NO_ADDRESS


def unreachable(directory: Directory) -> list[Person]:
    """List the active people whom mail does not reach."""
    return [person for person in directory.people if person.active and not person.address]


def lost_owners(
    monitors: Iterable[Monitor], owned: Iterable[Owned], directory: Directory
) -> Counter[tuple[str, str]]:
    """Count, by monitor and reason, the open findings whose owner mail does not reach."""
    owners = {(each.name, rule.id) for each in monitors for rule in each.rules if rule.owner is not None}
    lost: Counter[tuple[str, str]] = Counter()
    for each in owned:
        if (each.monitor, each.rule) in owners:
            _, missing = find_people(directory, [each.owner])
            lost.update(dict.fromkeys(((each.monitor, why) for why in missing), each.findings))
    return lost


def receipts(
    post: Post, directory: Directory, owned: Sequence[Owned], last: Mapping[str, Sequence[str]]
) -> Iterator[Receipt]:
    """Say who will receive each digest of a monitor; `last` gives whom the last round of each was mailed to.

    Whom a digest names anew in every round, by a query over the registers, is told from its last round.
    """
    theirs = [each for each in owned if each.monitor == post.monitor.name]
    for plan in post.monitor.digests:
        to, found = post.orders.audience(plan), list[tuple[str, Way, str]]()
        if is_personal(to):
            found += _named(plan, to, directory, theirs, last)
        else:
            reason = (
                f"tiene el rol {to}" if is_role(to) else "dirección escrita en los ajustes o el vigilante"
            )
            found += ((each, "to", reason) for each in _reached(directory, to, post.monitor))
        if is_personal(to) or not found:
            found += _instead(directory, post)
        if plan.bcc:
            found += (
                (each, "hidden", f"tiene el rol {plan.bcc}")
                for each in _reached(directory, plan.bcc, post.monitor)
            )
        found += _overdue(plan, directory, post.monitor)
        yield from (Receipt(address, post.monitor.name, plan.name, way, why) for address, way, why in found)


def _reached(directory: Directory, to: str, monitor: Monitor) -> tuple[str, ...]:
    return audience(directory, to, monitor.application_id).addresses


def _named(
    plan: DigestPlan, to: str, directory: Directory, owned: Sequence[Owned], last: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Way, str]]:
    if to != OWNER:
        query = to.removeprefix(PEOPLE)
        why = f"se le escribió en la última ronda; en cada una lo dice la consulta «{query}»"
        yield from ((address, "to", why) for address in last.get(plan.name, ()))
        return
    counts: Counter[str] = Counter()
    for each in owned:
        if each.section in plan.sections:
            people, _ = find_people(directory, [each.owner])
            counts.update({person.address: each.findings for person in people if person.address})
    yield from (
        (address, "to", f"hallazgos abiertos a su nombre: {times}") for address, times in counts.items()
    )


def _instead(directory: Directory, post: Post) -> Iterator[tuple[str, Way, str]]:
    """Name who hears of what reaches nobody: the administrators, else the operators."""
    found = _reached(directory, FALLBACK, post.monitor)
    why = f"tiene el rol {FALLBACK}" if found else "operador: nadie tiene el rol admin"
    yield from ((address, "instead", why) for address in found or post.orders.operators)


def _overdue(plan: DigestPlan, directory: Directory, monitor: Monitor) -> Iterator[tuple[str, Way, str]]:
    for role in filter(None, dict.fromkeys(rule.escalate_to for rule in monitor.rules_of(plan))):
        found = _reached(directory, role, monitor)
        yield from ((address, "overdue", f"tiene el rol {role}") for address in found)
