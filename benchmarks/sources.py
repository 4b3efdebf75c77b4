"""What reading a register costs, as ratios to its driver's own way, measured in turn in one run.

    python benchmarks/sources.py [--rows 200000] [--runs 5]

A table of keys, texts and days. Times are the least of several runs in turn, by the wall clock: a server
works in a process of its own. Where PostgreSQL is not installed, or the real Access files are not beside the
checkout, that line says so.
"""

import argparse
import csv
import logging
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from access_parser import AccessParser
from openpyxl import load_workbook
from xlsxwriter import Workbook

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from sereno.adapters.sources.opening import open_register_source  # noqa: E402

DATA = ROOT.parent / "shared/data"
COLUMNS = ("IDEquipoMedida", "Nombre", "NS", "FechaFinServicio", "Coste")
SHARE_OF_SHEET = 10
"""A sheet of so many times fewer rows: its readers are slow, ours and theirs."""
Line = tuple[str, str, str, str, str]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    logging.getLogger("access_parser").disabled = True
    print(f"{asked.rows:,} rows, five columns; the wall clock.\n")
    print("| measured | against | ratio | target | |\n|---|---|---|---|---|")
    with TemporaryDirectory() as folder:
        for line in _lines(Path(folder), asked.rows, asked.runs):
            print(f"| {' | '.join(line)} |", flush=True)


def _lines(folder: Path, rows: int, runs: int) -> Iterator[Line]:
    yield _sqlite(folder / "bench.sqlite", rows, runs)
    yield _postgresql(rows, runs)
    yield from _access(runs)
    yield _csv(folder / "csv", rows, runs)
    yield _workbook(folder / "bench.xlsx", rows // SHARE_OF_SHEET, runs)


def extract(url: str, table: str = "TbEquiposMedida") -> int:
    """Read a table's columns as a round does, up to where they are normalised."""
    with open_register_source("brass", url, None, 120).open() as reader:
        return sum(len(chunk) for chunk in reader.rows(table, reader.columns(table)))


def _sqlite(path: Path, rows: int, runs: int) -> Line:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"CREATE TABLE TbEquiposMedida ({', '.join(COLUMNS)})")
        database.executemany("INSERT INTO TbEquiposMedida VALUES (?, ?, ?, ?, ?)", _rows(rows))

    def plain() -> int:
        with closing(sqlite3.connect(path)) as database:
            return len(database.execute("SELECT * FROM TbEquiposMedida").fetchall())

    ratio = _ratio(runs, rows, lambda: extract(f"sqlite:///{path}"), plain)
    return _at_most("SQLite", "sqlite3's fetchall", ratio, 2)


def _postgresql(rows: int, runs: int) -> Line:
    server = import_module("tests.postgres_server")  # by name: it is no code of ours to the type checker
    binaries = server._binaries()
    if binaries is None:
        return ("PostgreSQL", "psycopg's fetchall", "—", "at most 2", "not installed")
    with server._server(binaries) as url, psycopg.connect(url.replace("+psycopg", "")) as database:
        columns = '"IDEquipoMedida" int, "Nombre" text, "NS" text, "FechaFinServicio" date, "Coste" float8'
        database.execute(f'CREATE TABLE "TbEquiposMedida" ({columns})')
        with database.cursor().copy('COPY "TbEquiposMedida" FROM STDIN') as copy:
            for row in _rows(rows):
                copy.write_row(row)
        database.commit()

        def plain() -> int:
            with psycopg.connect(url.replace("+psycopg", "")) as own:
                return len(own.execute('SELECT * FROM "TbEquiposMedida"').fetchall())

        ratio = _ratio(runs, rows, lambda: extract(url), plain)
    return _at_most("PostgreSQL", "psycopg's fetchall", ratio, 2)


def _access(runs: int) -> Iterator[Line]:
    for file, table, count in (("ASampleDatabase.accdb", "Asset Items", 65), ("nwind.mdb", "Orders", 830)):
        measured, against = f"`{file}`, {table}", "access-parser's own parse"
        if not (DATA / file).is_file():
            yield (measured, against, "—", "at most 1", "no such file beside the checkout")
            continue
        ours, theirs = _access_calls(DATA / file, table)
        yield _at_most(measured, against, _ratio(runs, count, ours, theirs), 1)


def _access_calls(path: Path, table: str) -> tuple[Callable[[], int], Callable[[], int]]:
    return (
        lambda: extract(f"accdb:///{path}", table),
        lambda: max(len(values) for values in AccessParser(path).parse_table(table).values()),
    )


def _csv(folder: Path, rows: int, runs: int) -> Line:
    folder.mkdir()
    path = folder / "TbEquiposMedida.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([COLUMNS, *_rows(rows)])
    _age(path)

    def plain() -> int:
        with path.open(encoding="utf-8", newline="") as file:
            return len(list(csv.reader(file, delimiter=";"))) - 1

    ratio = _ratio(runs, rows, lambda: extract(f"csv:///{folder}"), plain)
    return ("CSV", "csv's own list of rows", f"{ratio:.3g}", "—", "")


def _workbook(path: Path, rows: int, runs: int) -> Line:
    with Workbook(path) as book:
        sheet = book.add_worksheet("TbEquiposMedida")
        for number, row in enumerate([COLUMNS, *_rows(rows)]):
            sheet.write_row(number, 0, row)
    _age(path)

    def plain() -> int:
        book = load_workbook(path, read_only=True, data_only=True)
        return len(list(book.worksheets[0].iter_rows(values_only=True))) - 1

    ratio = _ratio(min(runs, 3), rows, lambda: extract(f"xlsx:///{path}"), plain)
    return (f"XLSX, {rows:,} rows", "openpyxl's own list of rows", f"{ratio:.3g}", "—", "")


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        day = f"{2020 + number % 7}-{number % 12 + 1:02}-{number % 28 + 1:02}"
        yield number, f"Equipo de medida número {number}", f"NS-{number}", day, number / 4


def _age(path: Path) -> None:
    """Say that it was written an hour ago: what was just written is waited for."""
    hour_ago = path.stat().st_mtime - 3600
    os.utime(path, (hour_ago, hour_ago))


def _ratio(runs: int, count: int, ours: Callable[[], int], plain: Callable[[], int]) -> float:
    """Time both in turn, so that a drifting machine troubles both alike; both must give as many rows."""
    if (ours(), plain()) != (count, count):
        raise SystemExit(f"both should give {count} rows")
    times = [(_seconds(ours), _seconds(plain)) for _ in range(runs)]
    return min(first for first, _ in times) / min(second for _, second in times)


def _seconds(call: Callable[[], int]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _at_most(measured: str, against: str, ratio: float, target: float) -> Line:
    verdict = "met" if ratio <= target else "NOT MET"
    return (measured, against, f"{ratio:.3g}", f"at most {target:g}", verdict)


if __name__ == "__main__":
    main()
