"""Who cannot be written at although there is an address: the relay refuses it for good."""

from dataclasses import replace
from datetime import timedelta

from sereno.domain.directory import Directory, Person

REFUSAL_LASTS = timedelta(days=7)
"""How long an address that was refused is not written at; after that it may have been mended."""
REFUSED = "el servidor de correo rechazó su dirección"


def without_refused(directory: Directory, refused: frozenset[str]) -> Directory:
    """Take for missing the addresses, case-folded, that a relay refused."""
    if not refused:
        return directory
    return replace(directory, people=tuple(_checked(person, refused) for person in directory.people))


def _checked(person: Person, refused: frozenset[str]) -> Person:
    if person.address is None or person.address.casefold() not in refused:
        return person
    return replace(person, address=None, away=f"{person.away}, y {REFUSED}" if person.away else REFUSED)
