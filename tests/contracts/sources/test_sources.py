"""What every kind of register does alike: declared columns, whole, or the reason why not."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from tests.contracts.sources.building import every_kind

from sereno.adapters.register_view import view_register
from sereno.adapters.sources.fetch import fetch
from sereno.adapters.sources.ports import Narrowing
from sereno.domain.errors import RegisterEmpty, SchemaDrift, SourceUnavailable
from sereno.domain.rules import Column

MADRID = ZoneInfo("Europe/Madrid")


def fetched(register, table=None):
    with register.source.open() as reader:
        batches = list(fetch(reader, table or register.table, MADRID))
    assert sum(batch.doubtful for batch in batches) == 0
    return [row for batch in batches for row in batch.rows]


def raw(register, columns, narrowings=()):
    with register.source.open() as reader:
        return [tuple(row) for rows in reader.rows(register.table.name, columns, narrowings) for row in rows]


def test_declared_columns_come_whole_and_normalised(register):
    assert fetched(register) == list(register.expected)


def test_names_are_matched_without_regard_to_case(register):
    columns = tuple(replace(column, name=column.name.upper()) for column in register.table.columns)
    table = replace(register.table, name=register.table.name.lower(), columns=columns, key=())
    assert fetched(register, table) == list(register.expected)


def test_columns_come_in_the_order_in_which_they_are_asked_for(register):
    key, name = (column.name for column in register.table.columns[:2])
    assert [first for first, _ in raw(register, [key, name])] == [
        last for _, last in raw(register, [name, key])
    ]


def test_what_is_read_twice_is_the_same(register):
    with register.source.open() as reader:
        first, second = (
            list(reader.rows(register.table.name, [register.table.columns[0].name])) for _ in range(2)
        )
    assert list(map(list, first[0])) == list(map(list, second[0]))


def test_a_table_that_is_missing_blinds_and_the_nearest_is_named(register):
    table = replace(register.table, name=register.table.name + "s")
    with pytest.raises(SchemaDrift, match=f"no existe la tabla {table.name}.*{register.table.name}"):
        fetched(register, table)


def test_a_column_that_is_missing_blinds_and_the_nearest_is_named(register):
    name = register.table.columns[1].name
    table = replace(register.table, columns=(*register.table.columns, Column(name + "x", "TEXT")))
    with pytest.raises(SchemaDrift, match=f"no existe la columna {name}x.*{name}"):
        fetched(register, table)


def test_a_column_that_may_be_missing_is_null(register):
    extra = Column("Observaciones", "TEXT", optional=True)
    table = replace(register.table, columns=(*register.table.columns, extra))
    assert fetched(register, table) == [(*row, None) for row in register.expected]


def test_too_few_rows_are_not_believed(register):
    assert fetched(register, replace(register.table, at_least=3))
    with pytest.raises(RegisterEmpty, match="tiene 3 filas y se esperan 4"):
        fetched(register, replace(register.table, at_least=4))


def test_a_narrowing_never_brings_fewer_rows_than_it_asks_for(register):
    key = register.table.columns[0].name
    asked = Narrowing(key, lambda value: str(value) in {"2", "2.0"}, numbers={2})
    some = raw(register, [key], [asked])
    assert {float(number) for (number,) in some} >= {2.0}


def test_every_column_has_a_type_in_words(register):
    with register.source.open() as reader:
        names, types = reader.columns(register.table.name), reader.types(register.table.name)
    assert len(names) == len(types)
    assert all(isinstance(each, str) and each for each in types)


def test_a_view_of_the_register_tells_tables_rows_columns_and_what_is_missed(register):
    missed = replace(register.table, name="TbOtra")
    view = view_register("brass", register.source, None, [register.table, missed])
    seen = next(each for each in view.seen if each.table == register.table.name)
    assert seen.rows == len(register.expected)
    assert all(f"{column.name} (" in seen.told for column in register.table.columns)
    assert [fault.split(".")[0] for fault in view.missing] == ["brass: no existe la tabla TbOtra"]


@pytest.mark.parametrize("register", every_kind(but={"memory"}), indirect=True)
def test_a_register_that_is_not_there_is_unavailable_when_it_is_opened_and_not_before(register):
    with pytest.raises(SourceUnavailable, match=r"^brass: .*\. .*\.$"), register.elsewhere.open() as reader:
        reader.tables()


@pytest.mark.parametrize("register", every_kind(but={"memory", "postgresql", "mariadb"}), indirect=True)
def test_reading_leaves_a_file_as_it_was(register):
    before, beside = register.file.read_bytes(), sorted(register.file.parent.iterdir())
    fetched(register)
    assert register.file.read_bytes() == before
    assert sorted(register.file.parent.iterdir()) == beside
