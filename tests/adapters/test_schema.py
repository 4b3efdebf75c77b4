"""`schema.sql` says which tables of which register are relied upon, and nothing else."""

import pytest

from sereno.adapters.schema import parse_schema
from sereno.domain.errors import MonitorError
from sereno.domain.rules import Column, Table

BRASS = """
-- What we rely on.
-- register: brass --
CREATE TABLE TbEquiposMedida (
    IDEquipoMedida INTEGER PRIMARY KEY,
    Nombre text, -- its name
    Peso REAL,
    Activo FLAG,
    FechaFinServicio DATE OPTIONAL
);
"""


def faults_of(sql):
    with pytest.raises(MonitorError) as caught:
        parse_schema(sql, "schema.sql")
    return [str(fault) for fault in caught.value.faults]


def test_a_table_is_read_with_its_register_types_key_and_optional_columns():
    columns = (
        Column("IDEquipoMedida", "INTEGER"),
        Column("Nombre", "TEXT"),
        Column("Peso", "REAL"),
        Column("Activo", "FLAG"),
        Column("FechaFinServicio", "DATE", optional=True),
    )
    assert parse_schema(BRASS, "schema.sql") == (
        Table("TbEquiposMedida", "brass", columns, key=("IDEquipoMedida",)),
    )


def test_tables_belong_to_the_heading_above_them_in_order():
    sql = (
        "-- register: riesgos --\nCREATE TABLE B (x TEXT); CREATE TABLE A (x TEXT);\n"
        "--register:LANZADERA\nCREATE TABLE C (x TEXT)"
    )
    assert [(table.name, table.register) for table in parse_schema(sql, "schema.sql")] == [
        ("B", "riesgos"),
        ("A", "riesgos"),
        ("C", "lanzadera"),
    ]


def test_a_key_of_several_columns_keeps_the_order_of_the_key():
    sql = "-- register: riesgos --\nCREATE TABLE T (a TEXT, b INTEGER, PRIMARY KEY (b, a));"
    assert parse_schema(sql, "schema.sql")[0].key == ("b", "a")


def test_names_that_need_quoting_are_kept():
    sql = '-- register: riesgos --\nCREATE TABLE "Tb Año" ("Fecha de cierre" DATE, "select" TEXT);'
    (table,) = parse_schema(sql, "schema.sql")
    assert table.name == "Tb Año"
    assert [column.name for column in table.columns] == ["Fecha de cierre", "select"]


def test_every_unknown_type_is_told_at_once_with_its_table_and_column():
    sql = "-- register: brass --\nCREATE TABLE T (a VARCHAR(3), b TEXT, c, d DATE SOMETIMES);"
    first, second, third = faults_of(sql)
    assert first.startswith(
        "schema.sql, tabla T, columna a: tipo «VARCHAR(3)». Se espera: un tipo de INTEGER"
    )
    assert "columna c" in second
    assert "columna d: tipo «DATE SOMETIMES»" in third


def test_a_table_above_any_heading_is_refused():
    (fault,) = faults_of("CREATE TABLE T (a TEXT);\n-- register: brass --\n")
    assert "schema.sql, tabla T: no se sabe de qué registro es" in fault


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO T VALUES (1)",
        "CREATE VIEW V AS SELECT a FROM T",
        "CREATE INDEX I ON T (a)",
        "CREATE TABLE U AS SELECT a FROM T",
        "CREATE TEMP TABLE U (a TEXT)",
        "CREATE VIRTUAL TABLE U USING fts5(a)",
        "PRAGMA user_version = 3",
        "ATTACH DATABASE 'x' AS x",
        "DROP TABLE T",
        "SELECT load_extension('x')",
    ],
)
def test_any_other_statement_is_refused(statement):
    (fault,) = faults_of(f"-- register: brass --\nCREATE TABLE T (a TEXT);\n{statement};")
    assert "schema.sql, registro brass: hay una sentencia que no es CREATE TABLE" in fault


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE T (a TEXT", "CREATE TABLE T (a TEXT, a TEXT)", "nada", "CREATE TABLE T (a\0 TEXT)"]
)
def test_what_sqlite_does_not_understand_is_told_in_its_words(sql):
    (fault,) = faults_of(f"-- register: brass --\n{sql};")
    assert "schema.sql, registro brass: SQLite dice «" in fault


def test_one_table_cannot_be_declared_by_two_registers():
    (fault,) = faults_of(
        "-- register: brass --\nCREATE TABLE T (a TEXT);\n-- register: riesgos --\nCREATE TABLE t (a TEXT);"
    )
    assert "registro riesgos: SQLite dice «table t already exists»" in fault


def test_a_faulty_register_does_not_hide_the_faults_of_the_next():
    faults = faults_of("-- register: brass --\nnada;\n-- register: riesgos --\nCREATE TABLE T (a BLOB);")
    assert len(faults) == 2
