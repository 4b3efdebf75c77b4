"""Names in `.env` that nobody reads: misspelt ones, and older ones with the line to write instead.

| older name | now |
|---|---|
| `LOCAL_SMTP_*`, `OFFICE_SMTP_*`, `SMTP_OVERRIDE_*` | `SMTP_*`, `MAIL_FROM` |
| `LOCAL_DB_<REGISTER>`, `OFFICE_DB_<REGISTER>` | `<REGISTER>_DB_URL` |
| `DB_PASSWORD` | `<REGISTER>_DB_PASSWORD` |
| `ENVIRONMENT` | nothing: a variable has one value |
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import filterfalse

from sereno.domain.errors import Fault
from sereno.domain.rules import url_variable
from sereno.settings.kinds import SOURCE_URLS, mask_url
from sereno.settings.texts import Texts
from sereno.settings.variable import Variable
from sereno.settings.variables import password_name

_PREFIXES = ("SMTP_OVERRIDE_", "OFFICE_SMTP_", "LOCAL_SMTP_", "OFFICE_DB_", "LOCAL_DB_")
_MAIL: Mapping[str, str] = {
    "SERVER": "SMTP_HOST",
    "HOST": "SMTP_HOST",
    "PORT": "SMTP_PORT",
    "USER": "SMTP_USER",
    "PASSWORD": "SMTP_PASSWORD",
    "TLS": "SMTP_SECURITY",
    "FROM": "MAIL_FROM",
}
_WITH_PASSWORD = ("postgresql", "mysql", "mssql", "access")
_NO = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Older:
    """Tell what became of the older names found in `.env`."""

    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]


def recognise_older_names(registers: Sequence[str], texts: Texts) -> Older:
    """Find the older names: a fault where the new variable is missing, a warning where it is there."""
    found = [name for name in texts.env_file.lines if _is_older(name) and texts.env_file.lines[name].value]
    known = {*map(url_variable, registers), *_MAIL.values()}
    successors = {name: _successor(name) for name in found}
    missing = {new: None for new in successors.values() if new in known and texts.get(new) is None}
    faults = [_missing(new, [old for old in found if successors[old] == new], texts) for new in missing]
    warnings = [
        _ignored(old, successors[old], known, texts) for old in found if successors[old] not in missing
    ]
    if "DB_PASSWORD" in found:
        faults += _missing_passwords(registers, texts)
    return Older(tuple(faults), tuple(warnings))


def find_misspelt_names(known: Sequence[Variable], texts: Texts) -> Iterator[str]:
    """Warn of names in `.env` that nobody reads although they look like ours."""
    names = {variable.name: variable for variable in known}
    for name in filterfalse(_is_older, texts.env_file.lines):
        where = f"{name} ({texts.env_file.place(name)})"
        if name in names and names[name].environment_only:
            yield f"{where} no se lee de un fichero: defínala en el entorno."
        nearest = get_close_matches(name.upper(), names, n=1, cutoff=0.8)
        if name not in names and nearest:
            yield f"{where} no es un ajuste y no se lee. ¿Quería decir {nearest[0]}?"


def _is_older(name: str) -> bool:
    return name in {"ENVIRONMENT", "DB_PASSWORD"} or name.startswith(_PREFIXES)


def _successor(name: str) -> str:
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), "")
    rest = name.removeprefix(prefix)
    return url_variable(rest) if prefix.endswith("_DB_") else _MAIL.get(rest, "") if prefix else ""


def _ignored(old: str, new: str, known: set[str], texts: Texts) -> str:
    where = f"{old} ({texts.env_file.place(old)})"
    return f"{where} ya no se lee" + (f": cuenta {new}." if new in known else "; puede borrar esa línea.")


def _missing(new: str, old: list[str], texts: Texts) -> Fault:
    where = ", ".join(f"{name} ({texts.env_file.place(name)})" for name in old)
    line = _line(new, _preferred(old, texts), texts)
    expected = f"{new} en su lugar; escriba en {texts.env_file.label} la línea {line}"
    return Fault(where, "nombre antiguo, que ya no se lee", expected)


def _preferred(old: list[str], texts: Texts) -> str:
    """Pick the name that was in force: the override, else that of `ENVIRONMENT`, the office's without it."""
    environment = texts.env_file.lines.get("ENVIRONMENT")
    local = environment is not None and environment.value.strip().lower() == "local"
    order = ("SMTP_OVERRIDE_", "LOCAL_") if local else ("SMTP_OVERRIDE_", "OFFICE_")
    return next((name for prefix in order for name in old if name.startswith(prefix)), old[0])


def _line(new: str, old: str, texts: Texts) -> str:
    value = texts.env_file.lines[old].value.strip()
    if new == "SMTP_PASSWORD":
        return f"{new}=(el valor de {old})"
    if new == "SMTP_SECURITY":
        return f"{new}={'none' if value.lower() in _NO else 'starttls'}"
    return f"{new}={_url(value)}" if new.endswith("_DB_URL") else f"{new}={value}"


def _url(value: str) -> str:
    if value.startswith(SOURCE_URLS):
        return mask_url(value)
    if re.search(r"\.(sqlite3?|db)$", value, re.IGNORECASE):
        return "sqlite:///" + value.replace("\\", "/")
    if re.search(r"\.(accdb|mdb)$", value, re.IGNORECASE):
        return "access+pyodbc:///" + re.sub(r"^//", "/", value.replace("\\", "/"))
    return "sqlite:///(ruta de una copia en SQLite), o la URL de su base de datos"


def _missing_passwords(registers: Sequence[str], texts: Texts) -> Iterator[Fault]:
    """Miss a password only where one is asked for: by a server, or by the driver of Access."""
    where = f"DB_PASSWORD ({texts.env_file.place('DB_PASSWORD')})"
    for register in registers:
        url, new = texts.get(url_variable(register)) or "", password_name(register)
        if url.startswith(_WITH_PASSWORD) and texts.get(new) is None and not _holds_password(url):
            line = f"{new}=(el valor de DB_PASSWORD)"
            expected = (
                f"{new} en su lugar; escriba en {texts.env_file.label} la línea {line}, o borre DB_PASSWORD"
            )
            yield Fault(where, "nombre antiguo, que ya no se lee", expected)


def _holds_password(url: str) -> bool:
    return re.search("//[^/]*:[^/]*@", url) is not None
