"""`sereno people --revoke`: it ends the links that are meant, or says that there may be none there."""

import sqlite3
from contextlib import closing

import pytest

MAILBOX, ADDRESS = "u0021@españa.example", "u0021@xn--espaa-rta.example"


@pytest.fixture
def site(made, tmp_path):
    installation = made.copy(tmp_path)
    ask(
        installation,
        "lanzadera",
        f"UPDATE TbUsuariosAplicaciones SET CorreoUsuario = '{MAILBOX}' WHERE UsuarioRed = 'u0021'",
    )
    return installation


def ask(site, database, statement):
    with closing(sqlite3.connect(site.demo / f"{database}.sqlite")) as connection, connection:
        return connection.execute(statement).fetchall()


def revoke(site, who):
    return site.sereno("people", "--revoke", who, SERENO_ENV_FILE=str(site.demo / "demo.env"), COLUMNS="200")


def revoked(site):
    return ask(site, "sereno", "SELECT address, generation FROM readers ORDER BY address")


@pytest.mark.parametrize("who", ["u0021", MAILBOX.upper(), f" {ADDRESS} "])
def test_whose_domain_is_written_with_accents_has_his_links_revoked_however_he_is_named(site, who):
    done = revoke(site, who)
    assert done.code == 0, done.out + done.err
    assert revoked(site) == [(ADDRESS, 1)]
    assert f"{ADDRESS}: anulados" in done.out


def test_an_address_of_nobody_is_told_and_revoked_nonetheless(site):
    done = revoke(site, "u0O21@example.com")
    assert done.code == 1
    assert "no es de nadie del directorio, ni tenía calendario" in done.out
    assert "anulados" not in done.out
    assert revoked(site) == [("u0o21@example.com", 1)]


def test_a_calendar_of_somebody_who_is_in_no_directory_any_more_is_taken_away_and_told(site):
    revoke(site, "u0021")
    ask(
        site,
        "sereno",
        "INSERT INTO readers (address, generation, feed) VALUES ('se.fue@example.com', 0, 'x')",
    )
    done = revoke(site, "Se.Fue@example.com")
    assert (done.code, "y su calendario" in done.out) == (0, True)
    assert revoked(site) == [("se.fue@example.com", 1), (ADDRESS, 1)]
    assert ask(site, "sereno", "SELECT count(feed) FROM readers") == [(0,)]


def test_without_the_directory_an_address_is_revoked_and_told_to_be_uncertain(site):
    (site.demo / "lanzadera.sqlite").unlink()
    done = revoke(site, MAILBOX)
    assert (done.code, "no se sabe de quién es" in done.out) == (1, True)
    assert revoked(site) == [(ADDRESS, 1)]


@pytest.mark.parametrize("who", ["ana@@example.com", "nadie"])
def test_what_names_nobody_is_refused_in_words(site, who):
    done = revoke(site, who)
    assert (done.code, "--revoke" in done.err) == (2, True)
