"""One small register, made in every kind that can be made here; a real file for the kind that cannot."""

import csv
import os
import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
import pymysql
import pytest
import xlsxwriter

from sereno.adapters.memory import MemorySource
from sereno.adapters.sources.opening import open_register_source
from sereno.adapters.sources.ports import Source
from sereno.domain.rules import Column, Table

EQUIPMENT = Table(
    "TbEquiposMedida",
    "brass",
    (
        Column("IDEquipoMedida", "INTEGER"),
        Column("Nombre", "TEXT"),
        Column("FechaFinServicio", "DATE"),
        Column("Activo", "FLAG"),
        Column("Coste", "REAL"),
    ),
    key=("IDEquipoMedida",),
)
NAMES = [column.name for column in EQUIPMENT.columns]
ROWS = [
    (1, "Calibrador Muñoz", date(2026, 1, 31), True, 12.5),
    (2, None, None, False, None),
    (3, ' "Polímetro"; 2ª mano, 5 € ', date(1899, 12, 30), True, 0.0),
]
EXPECTED = [
    (1, "Calibrador Muñoz", "2026-01-31", 1, 12.5),
    (2, None, None, 0, None),
    (3, '"Polímetro"; 2ª mano, 5 €', None, 1, 0.0),
]
SHIPPERS = Table(
    "Shippers",
    "brass",
    (Column("ShipperID", "INTEGER"), Column("CompanyName", "TEXT"), Column("Phone", "TEXT")),
    key=("ShipperID",),
)
THEIRS = [
    (1, "Speedy Express", "(503) 555-9831"),
    (2, "United Package", "(503) 555-3199"),
    (3, "Federal Shipping", "(503) 555-9931"),
]


@dataclass(frozen=True)
class Register:
    """A register that is there, one of the same kind that is not, and what a table of it becomes."""

    source: Source
    elsewhere: Source | None = None
    file: Path | None = None
    table: Table = EQUIPMENT
    expected: tuple = tuple(EXPECTED)


def opened(url, timeout=5):
    return open_register_source("brass", url, None, timeout)


def at(kind, path, options=""):
    return opened(f"{kind}:///{quote(str(path))}{options}")


def memory(request, folder):
    return Register(
        MemorySource([EQUIPMENT], {EQUIPMENT.name: [dict(zip(NAMES, r, strict=True)) for r in ROWS]})
    )


def sqlite(request, folder):
    path = make_sqlite(folder / "brass.sqlite")
    return Register(at("sqlite", path), at("sqlite", folder / "nada.sqlite"), path)


def make_sqlite(path):
    with closing(sqlite3.connect(path)) as database, database:
        columns = "IDEquipoMedida INTEGER, Nombre TEXT, FechaFinServicio DATE, Activo BIT, Coste REAL"
        database.execute(f"CREATE TABLE TbEquiposMedida ({columns}, Clave TEXT)")
        rows = [(*row[:2], row[2] and row[2].isoformat(), *row[3:]) for row in ROWS]
        database.executemany("INSERT INTO TbEquiposMedida VALUES (?, ?, ?, ?, ?, 'secreta')", rows)
    return path


def sql_server(request, folder):
    """Through ODBC: the driver is SQLite's, which takes its file for the database."""
    driver = request.getfixturevalue("sqlite_driver")
    path = make_sqlite(folder / "brass.sqlite")
    url = f"mssql+pyodbc:///{quote(str(path), safe='')}?driver={driver}"
    nothing = f"mssql+pyodbc:///{quote('/nada/nada.sqlite', safe='')}?driver={driver}"
    return Register(opened(url), opened(nothing), path)


def access_by_driver(request, folder):
    """Through ODBC, as an Access file is: the driver is that of MDB Tools, on a real file."""
    driver, path = (
        request.getfixturevalue("mdb_driver"),
        request.getfixturevalue("access_files") / "nwind.mdb",
    )
    found, nothing = (at("access+pyodbc", each, f"?driver={driver}") for each in (path, folder / "nada.mdb"))
    return Register(found, nothing, path, SHIPPERS, tuple(THEIRS))


def access_file(request, folder):
    path = request.getfixturevalue("access_files") / "nwind.mdb"
    return Register(at("accdb", path), at("accdb", folder / "nada.accdb"), path, SHIPPERS, tuple(THEIRS))


def csv_folder(separator, encoding):
    def make(request, folder):
        path = folder / "registro"
        path.mkdir()
        with (path / "TbEquiposMedida.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=separator)
            writer.writerow([*NAMES, "Clave"])
            writer.writerows([*map(written, row), "secreta"] for row in ROWS)
        at_rest(path / "TbEquiposMedida.csv")
        return Register(at("csv", path), at("csv", folder / "nada"), path / "TbEquiposMedida.csv")

    return make


def at_rest(path):
    """Say that nobody has written it for an hour: what was just written is waited for."""
    hour_ago = path.stat().st_mtime - 3600
    os.utime(path, (hour_ago, hour_ago))


def written(value):
    """Write a value as Spanish Excel would."""
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value).replace(".", ",")


def workbook(request, folder):
    path = folder / "brass.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, as_date = book.add_worksheet("TbEquiposMedida"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, [*NAMES, "Clave"])
        for number, (key, name, end, active, cost) in enumerate(ROWS, 1):
            sheet.write_row(number, 0, [key, name, None, active, cost, "secreta"])
            if end and end.year > 1900:
                sheet.write_datetime(number, 2, end, as_date)
            elif end:
                sheet.write_number(number, 2, 0)
    at_rest(path)
    return Register(at("xlsx", path), at("xlsx", folder / "nada.xlsx"), path)


@contextmanager
def postgresql(request, folder):
    url, name = request.getfixturevalue("postgres_url"), f"r_{uuid.uuid4().hex}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
        database.execute(f"CREATE SCHEMA {name}; SET search_path TO {name}")
        columns = '"IDEquipoMedida" int, "Nombre" text, "FechaFinServicio" date, "Activo" bool'
        database.execute(f'CREATE TABLE "TbEquiposMedida" ({columns}, "Coste" numeric, "Clave" text)')
        for row in ROWS:
            database.execute("INSERT INTO \"TbEquiposMedida\" VALUES (%s, %s, %s, %s, %s, 'x')", row)
        wrong = url.replace("/postgres", "/nada")
        yield Register(opened(f"{url}?options=-csearch_path%3D{name}"), opened(wrong))
        database.execute(f"DROP SCHEMA {name} CASCADE")


@contextmanager
def mariadb(request, folder):
    with mariadb_database(request.getfixturevalue("mariadb_url")) as (url, connection):
        with connection.cursor() as cursor:
            columns = "IDEquipoMedida INT, Nombre TEXT, FechaFinServicio DATE, Activo BIT(1)"
            cursor.execute(f"CREATE TABLE TbEquiposMedida ({columns}, Coste DECIMAL(9, 2), Clave TEXT)")
            cursor.executemany("INSERT INTO TbEquiposMedida VALUES (%s, %s, %s, %s, %s, 'x')", ROWS)
        yield Register(opened(url), opened(url.rpartition("/")[0] + "/nada"))


@contextmanager
def mariadb_database(url):
    """Make a database of its own; give its address and a connection that may write."""
    server, name = url.rpartition("@")[2], f"r_{uuid.uuid4().hex}"
    host, port = server.split(":")
    account = {"user": "sereno", "password": "clave-de-prueba", "charset": "utf8mb4"}
    with pymysql.connect(host=host, port=int(port), autocommit=True, **account) as connection:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
            cursor.execute(f"USE {name}")
        yield f"{url}/{name}", connection
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


KINDS = {
    "memory": memory,
    "sqlite": sqlite,
    "csv, UTF-8": csv_folder(",", "utf-8"),
    "csv, UTF-8 with its mark": csv_folder(";", "utf-8-sig"),
    "csv, cp1252": csv_folder(";", "cp1252"),
    "xlsx": workbook,
}
EXTERNAL = {
    "postgresql": postgresql,
    "mariadb": mariadb,
    "accdb": access_file,
    "access by its driver": access_by_driver,
    "sql server": sql_server,
}


def every_kind(but=frozenset()):
    """List the kinds as a test's parameters."""
    kinds = [*KINDS, *(pytest.param(kind, marks=pytest.mark.external, id=kind) for kind in EXTERNAL)]
    return [kind for kind in kinds if getattr(kind, "id", kind) not in but]
