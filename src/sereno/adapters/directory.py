"""Read the people of the department from the register `lanzadera`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, tzinfo
from importlib.resources import files

from email_validator import EmailNotValidError, validate_email

from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.fetch import fetch, find_table, open_register, require_rows
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.directory import Directory, from_rows
from sereno.domain.findings import Datum, Row
from sereno.domain.rules import Table

REGISTER = "lanzadera"


def directory_tables() -> tuple[Table, Table, Table]:
    """Return the tables that the directory relies on: people, permissions, tasks (which may be absent)."""
    sql = files("sereno.adapters").joinpath("directory.sql").read_text(encoding="utf-8")
    people, permissions, tasks = parse_schema(sql, "directory.sql")
    return replace(people, at_least=1), permissions, replace(tasks, optional=True)


def read_directory(source: Source | None, today: date, tz: tzinfo) -> Directory:
    """Read who is who as of `today`; raise SourceUnavailable, SchemaDrift, or RegisterEmpty with nobody."""
    people_table, permissions_table, tasks_table = directory_tables()
    doubts: list[Datum] = []
    with open_register(REGISTER, source) as reader:
        people = _rows(reader, people_table, tz, doubts)
        permissions = _rows(reader, permissions_table, tz, doubts)
        has_tasks = find_table(reader, tasks_table) is not None
        tasks = _rows(reader, tasks_table, tz, doubts) if has_tasks else None
    addresses = _valid_addresses(people)
    return from_rows(people, permissions, tasks, today=today, addresses=addresses, doubts=doubts)


def _rows(reader: Reader, table: Table, tz: tzinfo, doubts: list[Datum]) -> list[Row]:
    names = [column.name for column in table.columns]
    rows: list[Row] = []
    for batch in fetch(reader, table, tz):
        rows += (dict(zip(names, cells, strict=True)) for cells in batch.rows)
        doubts += batch.doubts
    require_rows(table, len(rows))
    return rows


def _valid_addresses(people: Iterable[Row]) -> dict[str, str]:
    written = {str(row["CorreoUsuario"]) for row in people if row["CorreoUsuario"]}
    checked = {mailbox: _address(mailbox) for mailbox in written}
    return {mailbox: address for mailbox, address in checked.items() if address}


def _address(mailbox: str) -> str | None:
    """Return the address to write to; None where the mailbox is no address."""
    try:
        checked = validate_email(mailbox, check_deliverability=False)
    except EmailNotValidError:
        return None
    return checked.ascii_email or checked.normalized
