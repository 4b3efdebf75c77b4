"""People, grants and tasks as the tables of the directory hold them."""

from datetime import date

from hypothesis import strategies as st

from sereno.domain.directory import from_rows

TODAY = date(2026, 11, 24)
BRASS, RIESGOS, EXPEDIENTES = 6, 5, 19
NAMES = st.sampled_from(["ana", "Ana", "eva", "luis"])


def person(name, **changed):
    row = {
        "Id": len(name),
        "UsuarioRed": name.upper(),
        "Nombre": name,
        "CorreoUsuario": f"{name}@example.com",
        "FechaBaja": None,
        "ParaTareasProgramadas": 1,
    }
    return row | changed


def grant(name, application, **flags):
    row = {"EsUsuarioAdministrador": None, "EsUsuarioCalidad": None}
    return row | {"CorreoUsuario": f"{name}@example.com", "IDAplicacion": application} | flags


def task(name, flag=1):
    return {"CorreoUsuario": f"{name}@example.com", "EsAdministrador": flag}


def directory_of(*people, grants=(), tasks=None):
    mailboxes = [row["CorreoUsuario"] for row in people]
    valid = {mailbox: mailbox for mailbox in mailboxes if mailbox and "@" in mailbox}
    return from_rows(people, grants, tasks, today=TODAY, addresses=valid)
