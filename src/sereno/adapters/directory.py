"""Read the people of the department from the register `lanzadera`."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, tzinfo
from importlib.resources import files
from pathlib import Path

from sereno.adapters.normalise import decode, normalise_column, show
from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.faults import unavailable
from sereno.adapters.sources.fetch import fetch, find_table, open_register
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.addresses import check_address
from sereno.domain.directory import Directory, from_rows
from sereno.domain.findings import Datum, Row
from sereno.domain.rules import Table
from sereno.domain.substitutes import Substitute, apply_substitutes

REGISTER = "lanzadera"
_HEADINGS = frozenset({"login", "usuario", "usuariored"})
"""What the first cell of a line of headings says."""


def directory_tables() -> tuple[Table, Table, Table]:
    """Return the tables that the directory relies on: people, permissions, tasks (which may be absent)."""
    sql = files("sereno.adapters").joinpath("directory.sql").read_text(encoding="utf-8")
    people, permissions, tasks = parse_schema(sql, "directory.sql")
    return replace(people, at_least=1), permissions, replace(tasks, optional=True)


def read_directory(
    source: Source | None, today: date, tz: tzinfo, substitutes_file: Path | None = None
) -> Directory:
    """Read who is who as of `today`, and who stands in for whom.

    Raises SourceUnavailable, SchemaDrift, or RegisterEmpty with nobody.
    """
    people_table, permissions_table, tasks_table = directory_tables()
    doubts: list[Datum] = []
    with open_register(REGISTER, source) as reader:
        people = _rows(reader, people_table, tz, doubts)
        permissions = _rows(reader, permissions_table, tz, doubts)
        has_tasks = find_table(reader, tasks_table) is not None
        tasks = _rows(reader, tasks_table, tz, doubts) if has_tasks else None
    addresses = _valid_addresses(people)
    substitutes: list[Substitute] = []
    if substitutes_file is not None:
        substitutes, unclear = read_substitutes(substitutes_file, tz)
        doubts += unclear
    directory = from_rows(people, permissions, tasks, today=today, addresses=addresses, doubts=doubts)
    return apply_substitutes(directory, substitutes, today)


def _rows(reader: Reader, table: Table, tz: tzinfo, doubts: list[Datum]) -> list[Row]:
    names = [column.name for column in table.columns]
    rows: list[Row] = []
    for batch in fetch(reader, table, tz):
        rows += (dict(zip(names, cells, strict=True)) for cells in batch.rows)
        doubts += batch.doubts
    return rows


def _valid_addresses(people: Iterable[Row]) -> dict[str, str]:
    written = {str(row["CorreoUsuario"]) for row in people if row["CorreoUsuario"]}
    checked = {mailbox: check_address(mailbox) for mailbox in written}
    return {mailbox: address for mailbox, address in checked.items() if address}


def read_substitutes(path: Path, tz: tzinfo) -> tuple[list[Substitute], list[Datum]]:
    """Read who stands in for whom: a CSV of login, substitute's login, from, to; the days may be blank.

    The file is UTF-8 or cp1252, its separator `;` or `,`; a first line of headings may be there. Returns also
    the lines that cannot be understood, which count for nothing until they are corrected. Raises
    SourceUnavailable where the file cannot be read.
    """
    try:
        text = decode(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except OSError as error:
        what = f"no se puede leer el fichero de sustitutos {path} ({error.strerror})"
        raise unavailable("sustitutos", what, "Compruebe SUSTITUTOS_FILE") from error
    substitutes: list[Substitute] = []
    doubts: list[Datum] = []
    for number, cells in _lines(text):
        substitute = _substitute(cells, tz)
        if isinstance(substitute, Substitute):
            substitutes.append(substitute)
        else:
            column, value = substitute
            doubts.append(Datum("sustitutos", path.name, f"línea {number}", column, show(value)))
    return substitutes, doubts


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    separator = ";" if ";" in text else ","
    reader = csv.reader(text.splitlines(), delimiter=separator)
    for cells in reader:
        tidy = [cell.strip() for cell in cells]
        headings = reader.line_num == 1 and tidy[:1] and tidy[0].casefold() in _HEADINGS
        if any(tidy) and not headings:
            yield reader.line_num, tidy


def _substitute(cells: Sequence[str], tz: tzinfo) -> Substitute | tuple[str, str]:
    """Return the substitute, or which column cannot be understood, and what it holds."""
    login, instead, since, until = (*cells, "", "", "", "")[:4]
    if not login or not instead:
        return ("usuario" if not login else "sustituto"), "(vacío)"
    days, unreadable = normalise_column([since, until], "DATE", tz)
    for at, value in unreadable.items():
        return ("desde", "hasta")[at], value
    first, last = (None if day is None else date.fromisoformat(str(day)) for day in days)
    return Substitute(login, instead, first, last)
