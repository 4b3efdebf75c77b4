"""Who gets somebody's mail while they are away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sereno.domain.directory import Directory, Person, plain


@dataclass(frozen=True, slots=True)
class Substitute:
    """Say who gets somebody's mail instead, from one day to another, both included."""

    login: str
    instead: str
    since: date | None = None
    until: date | None = None


def apply_substitutes(directory: Directory, substitutes: Iterable[Substitute], today: date) -> Directory:
    """Send the mail of those who have a substitute today to the substitute instead.

    A substitute's own substitute counts in turn. Who is replaced in a circle, or by somebody whom mail does
    not reach, has no address: nobody would read it. Of two substitutes of one person the first counts.
    """
    standing: dict[str, str] = {}
    for substitute in substitutes:
        if _is_in_force(substitute, today):
            standing.setdefault(plain(substitute.login), substitute.instead)
    if not standing:
        return directory
    people = tuple(_replaced(directory, person, standing) for person in directory.people)
    return replace(directory, people=people)


def _is_in_force(substitute: Substitute, today: date) -> bool:
    return (substitute.since or date.min) <= today <= (substitute.until or date.max)


def _replaced(directory: Directory, person: Person, standing: Mapping[str, str]) -> Person:
    login = plain(person.login)
    if not login or login not in standing:
        return person
    passed = {login}
    while login in standing:
        instead = standing[login]
        login = plain(instead)
        if login in passed:
            return replace(person, address=None, away="sus sustitutos se sustituyen en círculo")
        passed.add(login)
    deputy = next(iter(directory.found.get(f"login:{login}", ())), None)
    if deputy is None or not deputy.active or not deputy.address:
        return replace(person, address=None, away=f"a su sustituto {instead} no se le puede escribir")
    return replace(person, address=deputy.address, away=f"lo sustituye {deputy.label}")
