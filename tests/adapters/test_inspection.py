"""Every declared table is held against its register once, with all that anybody reads of it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from tests.monitors.cases import MONITORS

from sereno.adapters.inspection import declared_tables, inspect_registers
from sereno.adapters.memory import MemorySource
from sereno.adapters.terminal import Terminal
from sereno.domain.rules import Column, Condition, Table

MADRID = ZoneInfo("Europe/Madrid")


def monitor_of(*tables):
    return replace(MONITORS["brass"], tables=tables)


def test_a_table_of_two_monitors_is_asked_for_what_either_reads():
    one = Table(
        "TbX", "x", (Column("A", "TEXT", optional=True), Column("B", "TEXT", optional=True)), optional=True
    )
    other = Table(
        "tbx", "x", (Column("a", "TEXT"), Column("C", "TEXT")), key=("a",), at_least=2, also=("TbY",)
    )
    (table, *_) = declared_tables([monitor_of(one), monitor_of(other)])
    assert [(column.name, column.optional) for column in table.columns] == [
        ("A", False),
        ("B", True),
        ("C", False),
    ]
    assert (table.key, table.optional, table.at_least, table.also) == (("a",), False, 2, ("TbY",))


def test_the_directory_is_asked_for_what_it_reads_whatever_monitors_read_of_it():
    mine = Table("TbUsuariosAplicaciones", "lanzadera", (Column("Id", "INTEGER"), Column("Nombre", "TEXT")))
    (table, *_) = declared_tables([monitor_of(mine)])
    assert {"Id", "Nombre", "CorreoUsuario", "FechaBaja"} <= {column.name for column in table.columns}


def test_all_rows_are_looked_at_whatever_a_monitor_fetches():
    table = Table("TbX", "x", (Column("A", "DATE"),), at_least=3, where=Condition("A", "empty"))
    source = MemorySource([table], {"TbX": [{"A": "2026-01-01"}, {"A": "nunca"}]})
    (found,) = inspect_registers([table], {"x": source}, MADRID)
    assert (found.rows, found.doubts) == (2, 1)
    assert "se esperan 3 como mínimo" in found.fault


def test_data_that_cannot_be_understood_are_not_shown_as_well(capsys):
    table = Table("TbX", "x", (Column("A", "DATE"),))
    for value, verdict in (("nunca", "con dudas"), ("1/2/2026", "bien")):
        source = MemorySource([table], {"TbX": [{"A": value}]})
        Terminal().inspection(list(inspect_registers([table], {"x": source}, MADRID)), ())
        assert capsys.readouterr().out.splitlines()[2].strip().endswith(f" {verdict}")
