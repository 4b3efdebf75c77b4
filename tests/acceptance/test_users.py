"""Users of the console, added and changed as an operator types it."""

import io
import os
import sqlite3
import sys
from contextlib import closing

import pytest
from tests.acceptance.installation import Installation

from sereno.commands.users import add_user, set_password
from sereno.domain.errors import SerenoError

PASSWORD = "una contraseña larga"


@pytest.fixture
def house(tmp_path):
    return Installation(tmp_path)


def add(house, name="ana", role="operate", password=PASSWORD):
    return house.sereno("user", "add", name, "--role", role, "--password-stdin", typed=f"{password}\n")


def rows(house, table):
    with closing(sqlite3.connect(house.home / "var/sereno.sqlite")) as store:
        return store.execute(f"SELECT * FROM {table}").fetchall()


def test_a_user_is_added_with_a_hash_and_listed_and_what_was_done_is_recorded(house):
    assert add(house).out == "ana puede entrar en la consola, y opera.\n"
    ((name, role, password, _made),) = rows(house, "users")
    assert (name, role) == ("ana", "operate")
    assert password.startswith("$argon2id$")
    ((_number, _at, who, action, subject, detail),) = rows(house, "deeds")
    assert who.startswith("sistema/")
    assert (action, subject, detail) == ("user_added", "ana", "operate")
    listed = house.sereno("user", "list")
    assert "opera" in listed.out
    assert PASSWORD not in listed.out


def test_without_users_the_list_says_what_that_means_and_makes_no_store(house):
    assert "cualquiera puede mirar" in house.sereno("user", "list").out
    assert not (house.home / "var/sereno.sqlite").exists()


@pytest.mark.parametrize("password", ["corta", "", "x" * 257])
def test_a_password_too_short_or_too_long_is_refused_and_never_said(house, password):
    done = add(house, password=password)
    assert done.code == 2
    assert "entre 12 y 256 caracteres" in done.err
    assert not password or password not in done.err
    assert rows(house, "users") == []


def test_a_name_is_no_password(house):
    assert add(house, "departamento-de-calidad", password="Departamento-de-Calidad").code == 2


@pytest.mark.parametrize("name", ["", " ana", "a:b", "sistema/root", "\u0430na", "a\u202eb", "x" * 65])
def test_a_name_that_nobody_could_type_or_tell_apart_is_refused(house, name):
    done = add(house, name)
    assert done.code == 2
    assert "caracteres visibles" in done.err


def test_the_same_name_twice_is_refused_and_the_first_stays(house):
    add(house)
    done = add(house, role="read")
    assert done.code == 2
    assert "ana ya está" in done.err
    assert rows(house, "users")[0][1] == "operate"


def test_where_nobody_can_type_the_password_the_error_says_how_to_give_it(house):
    done = house.sereno("user", "add", "ana", "--role", "read")
    assert done.code == 2
    assert "--password-stdin" in done.err


def test_role_and_password_change_and_the_last_user_goes_with_a_warning(house):
    add(house)
    before = rows(house, "users")[0][2]
    assert house.sereno("user", "role", "ana", "read").out == "ana mira desde ahora.\n"
    assert house.sereno("user", "password", "ana", "--password-stdin", typed="otra contraseña\n").code == 0
    after = rows(house, "users")[0]
    assert after[1] == "read"
    assert after[2] != before
    gone = house.sereno("user", "remove", "ana")
    assert gone.code == 0
    assert "No queda ningún usuario" in gone.out
    assert [row[3] for row in rows(house, "deeds")] == [
        "user_added",
        "role_set",
        "password_set",
        "user_removed",
    ]


class Slow(io.StringIO):
    """Type a password, but only once something else has happened."""

    def __init__(self, happens):
        super().__init__("una contraseña tardía\n")
        self.happens = happens

    def readline(self, *_size):
        assert self.happens().code == 0
        return super().readline()


@pytest.fixture
def typed_meanwhile(house, monkeypatch):
    """Have somebody type a password here while another person gives a command elsewhere."""
    for name in set(os.environ) - set(house.environ()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("SERENO_HOME", str(house.home))
    return lambda happens: monkeypatch.setattr(sys, "stdin", Slow(happens))


@pytest.mark.parametrize(
    "theirs", [("remove", "ana"), ("role", "ana", "read"), ("password", "ana", "--password-stdin")]
)
def test_what_somebody_does_while_a_password_is_typed_stays_and_who_types_is_told(
    house, typed_meanwhile, theirs
):
    add(house)
    after = []

    def happens():
        done = house.sereno("user", *theirs, typed="la contraseña de otro\n")
        after.extend(rows(house, "users"))
        return done

    typed_meanwhile(happens)
    with pytest.raises(SerenoError, match=r"^ana: otra persona lo ha cambiado .* no se ha hecho"):
        set_password("ana", from_stdin=True)
    assert rows(house, "users") == after
    assert rows(house, "deeds")[-1][5].startswith("no se hizo: ana: otra persona")


def test_who_was_added_while_a_password_was_typed_is_not_overwritten(house, typed_meanwhile):
    typed_meanwhile(lambda: add(house, role="read"))
    with pytest.raises(SerenoError, match="ana ya está"):
        add_user("ana", "operate", no_password=False, from_stdin=True)
    ((_name, role, _password, _made),) = rows(house, "users")
    assert role == "read"


@pytest.mark.parametrize("command", [("role", "marta", "read"), ("remove", "marta"), ("password", "marta")])
def test_a_user_that_there_is_not_is_told_with_those_that_there_are(house, command):
    add(house)
    done = house.sereno("user", *command)
    assert done.code == 2
    assert "marta. Se espera: uno de los que hay: ana" in done.err
