"""Begin `monitors.local.toml`: what the monitors call one thing and a register another.

Only what is plainly the same name is written to count: with other spaces, signs, accents or capitals; or, of
a table, with the columns that it should have. The rest is a comment for a person to decide.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

from sereno.adapters.sources.fetch import open_register
from sereno.adapters.sources.ports import Reader, Source
from sereno.domain.directory import plain
from sereno.domain.errors import Fault, FaultyInput, SchemaDrift, SourceUnavailable
from sereno.domain.rules import Column, Table

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ENOUGH = 0.5
"""The part of its needed columns that a table must have to be taken for one of another name."""


def map_register(register: str, source: Source | None, declared: Sequence[Table], file: Path) -> str:
    """Write to the file what differs in a register, and return it; "" where nothing does.

    Raises FaultyInput where the file already says something of that register: a person wrote it.
    """
    before = file.read_text("utf-8") if file.exists() else ""
    if register in tomllib.loads(before):
        found = f"{file} ya tiene los nombres de {register}"
        raise FaultyInput((Fault("register map", found, "corregirlos allí, o borrar su parte y repetir"),))
    with open_register(register, source) as reader:
        lines = list(_lines(register, reader, declared))
    if not lines:
        return ""
    added = "\n".join(lines) + "\n"
    _write(file, f"{before.rstrip()}\n\n{added}".lstrip())
    return added


def _write(file: Path, text: str) -> None:
    """Replace the file as a whole: what a person wrote in it is not lost to a disk that is full."""
    draft = file.with_name(f".{file.name}.tmp")
    try:
        draft.write_text(text, "utf-8", newline="\n")
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        found = f"no se puede escribir {file} ({error.strerror})"
        expected = "que la cuenta que ejecuta Sereno pueda escribir en esa carpeta"
        raise FaultyInput((Fault("register map", found, expected),)) from error


def _lines(register: str, reader: Reader, declared: Sequence[Table]) -> Iterator[str]:
    tables = _tables(reader, declared)
    renamed = [_table_line(table, tables) for table in declared]
    columns = [line for table in declared for line in _column_lines(register, reader, table, tables)]
    if any(renamed) or columns:
        yield f"# {register}: a la izquierda, como lo llaman los monitores; a la derecha, como se llama aquí."
        yield "# Repáselo: lo que va tras una almohadilla no se ha reconocido, y no cuenta."
    if any(renamed):
        yield f"[{register}.tables]"
        yield from filter(None, renamed)
    yield from columns


def _tables(reader: Reader, declared: Sequence[Table]) -> dict[str, str | None]:
    """Find each declared table among those that there are; no table is taken for two."""
    existing = reader.tables()
    found = {table.name: _same((table.name, *table.also), existing) for table in declared}
    for table in declared:
        if found[table.name] is None:
            free = [name for name in existing if name not in found.values()]
            found[table.name] = _likeliest(reader, table, free)
    return found


def _likeliest(reader: Reader, table: Table, free: Sequence[str]) -> str | None:
    parts = {name: part for name in free if (part := _part(reader, table, name)) >= _ENOUGH}
    best = max(parts.values(), default=0.0)
    names = [name for name, part in parts.items() if part == best]
    return names[0] if len(names) == 1 else None


def _part(reader: Reader, table: Table, name: str) -> float:
    """Say which part of a table's needed columns another has."""
    existing = _columns(reader, name)
    needed = [column for column in table.columns if not column.optional]
    return sum(_same((each.name, *each.also), existing) is not None for each in needed) / max(1, len(needed))


def _columns(reader: Reader, name: str) -> list[str]:
    """List a table's columns; of one that cannot be read there are none to compare."""
    try:
        return reader.columns(name)
    except (SchemaDrift, SourceUnavailable):
        return []


def _table_line(table: Table, tables: Mapping[str, str | None]) -> str:
    own = tables[table.name]
    if own is not None:
        known = {name.casefold() for name in (table.name, *table.also)}
        return "" if own.casefold() in known else f"{_key(table.name)} = {_text(own)}"
    return "" if table.optional else f'# {_key(table.name)} = ""  # ninguna tabla tiene sus columnas'


def _column_lines(
    register: str, reader: Reader, table: Table, tables: Mapping[str, str | None]
) -> Iterator[str]:
    own = tables[table.name]
    existing = [] if own is None else _columns(reader, own)
    folded = {name.casefold() for name in existing}
    lost = [
        each for each in table.columns if folded.isdisjoint(n.casefold() for n in (each.name, *each.also))
    ]
    lines = [line for column in lost if (line := _column_line(column, existing))] if existing else []
    if lines:
        yield f"\n[{register}.columns.{_key(table.name)}]"
        yield from lines


def _column_line(column: Column, existing: Sequence[str]) -> str:
    own = _same((column.name, *column.also), existing)
    if own is not None:
        return f"{_key(column.name)} = {_text(own)}"
    if column.optional:
        return ""
    near = get_close_matches(column.name, existing, n=1, cutoff=0.4)
    advice = f"¿será {near[0]}?" if near else "ninguna se le parece"
    return f'# {_key(column.name)} = ""  # {advice}'


def _same(names: Sequence[str], existing: Sequence[str]) -> str | None:
    """Find the first of these names, whatever its spaces, signs, accents and capitals."""
    squashed = {_squash(name): name for name in reversed(existing)}
    return next((squashed[_squash(name)] for name in names if _squash(name) in squashed), None)


def _squash(name: str) -> str:
    return re.sub(r"[\W_]", "", plain(name))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
