"""People at the console's door: users of a store, and the sessions in which they come."""

import re
from dataclasses import dataclass

from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import NOW, PlainPasswords, reading_in_memory

from sereno.engine.access import User
from sereno.web.entrance import COOKIE, guard_of

SECRET = "doce caracteres"


def department_with(*users: tuple[str, str]) -> Department:
    """Make a department whose console these enter, each with the same password."""
    department = Department()
    for name, role in users:
        department.store.access.add_user(User(name, role, PlainPasswords().hashed(SECRET), NOW))
    return department


@dataclass(frozen=True)
class Door:
    """Ask a console again and again, as one browser does."""

    reading: object
    token: str = ""

    def ask(self, address, *, headers=(), **how):
        cookie = [("cookie", f"{COOKIE}={self.token}")] if self.token else []
        return ask(self.reading, address, headers=[*headers, *cookie], **how)

    def send(self, address, headers=(), **fields):
        """Send a form of a page that was shown to this browser."""
        return self.ask(address, form={"guarda": guard_of(self.token), **fields}, headers=headers)


def entered(reading, name) -> Door:
    """Enter as a user."""
    answer = ask(reading, "/entrar", form={"usuario": name, "clave": SECRET})
    assert answer.status == 303, answer.text
    return Door(reading, re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])[1])


def house(*users, **changes):
    """Make the reading of a department with users."""
    return reading_in_memory(department_with(*users), **changes)
