"""A folder of CSV files: what is broken in one is told with its line, and never read as fewer rows."""

import pytest
from tests.adapters.sources.building import EQUIPMENT, fetched, opened, reason
from tests.contracts.sources.building import at_rest

from sereno.domain.errors import SchemaDrift

HEADING = "IDEquipoMedida;Nombre;FechaFinServicio\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "registro").mkdir()
    return tmp_path / "registro"


@pytest.fixture
def register(folder):
    def make(text, name="TbEquiposMedida.csv"):
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        at_rest(folder / name)
        return opened("csv", folder)

    return make


def test_cells_with_separators_quotes_and_line_breaks_come_whole(register):
    rows, _ = fetched(register(HEADING + '1;"Polímetro; 2ª ""mano""\nroto";1/2/2026\n'))
    assert rows == [(1, 'Polímetro; 2ª "mano"\nroto', "2026-02-01")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", ""])
def test_lines_may_end_as_they_like(register, ending):
    text = HEADING.strip() + (ending or "\n") + "1;a;"
    assert fetched(register(text + ending))[0] == [(1, "a", None)]


def test_the_separator_is_that_which_makes_columns(register):
    heading = 'IDEquipoMedida,"Nombre",FechaFinServicio,"Notas; varias"\n'
    assert fetched(register(heading + "1,a,2026-02-01,x;y\n"))[0] == [(1, "a", "2026-02-01")]


def test_blank_lines_and_blank_cells_beyond_the_heading_say_nothing(register):
    assert fetched(register(HEADING + "\n1;a;\n;;\n2;b;;;\n"))[0] == [(1, "a", None), (2, "b", None)]


def test_a_number_is_no_day_here(register):
    rows, doubts = fetched(register(HEADING + "1;a;46053\n"))
    assert rows == [(1, "a", None)]
    assert [doubt.value for doubt in doubts] == ["46053"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("1;a;\n2;b\n", "a la fila 3 le faltan celdas: tiene 2 de 3"),
        ("1;a;\n2", "a la fila 3 le faltan celdas: tiene 1 de 3"),
        ("1;a;;sobra\n", "la fila 2 tiene un dato en la columna 4, que no tiene cabecera"),
    ],
)
def test_a_row_that_does_not_fit_the_heading_blinds_and_is_named(register, lines, told):
    assert told in reason(register(HEADING + lines))


def test_only_the_table_that_is_broken_is_blind(register):
    register("IDEquipoMedida;Nombre\n1\n", "Rota.csv")
    assert fetched(register(HEADING + "1;a;\n"))[0] == [(1, "a", None)]


def test_a_column_that_lost_its_name_blinds_even_where_it_may_be_missing(register):
    told = reason(register("IDEquipoMedida;Nombre;\n1;a;1/2/2026\n"))
    assert "la fila 2 tiene un dato en la columna 3, que no tiene cabecera" in told


def test_a_name_that_two_columns_have_blinds_whoever_asks_for_it(register):
    source = register("IDEquipoMedida;Nombre;nombre\n1;a;b\n")
    with pytest.raises(SchemaDrift, match="la cabecera Nombre está repetida"):
        fetched(source)


def test_an_empty_file_is_no_empty_table(register):
    assert "está vacío: no tiene ni cabecera" in reason(register(""))
    assert fetched(register(HEADING)) == ([], [])


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (HEADING + '1;"a;\n2;b;\n', "no es CSV en la línea 3 (unexpected end of data)"),
        (HEADING + '1;"a"b;\n', "no es CSV en la línea 2"),
        (HEADING.encode("utf-16"), "no es texto, o está en UTF-16"),
        (HEADING.encode() + b"1;\0;\n", "no es texto, o está en UTF-16"),
        (
            HEADING.encode() + "1;Muñoz;\n".encode() + "2;Peña;\n".encode("cp1252"),
            "deja de estarlo en la línea 3",
        ),
        (HEADING.encode() + "1;Peña;\n2;Mu".encode() + b"\xc3", "no todo: deja de estarlo en la línea 3"),
        (HEADING.encode() + b"1;a;\n2;\x81;\n", "ni en UTF-8 ni en cp1252 (línea 3)"),
    ],
)
def test_a_broken_file_is_told_with_its_line(register, broken, told):
    assert told in reason(register(broken))


def test_what_is_no_table_of_the_folder_is_left_alone(register, folder):
    register("x", "~$TbEquiposMedida.csv")
    register("x", ".TbOtra.csv")
    register("x", "notas.txt")
    source = register(HEADING + "1;a;\n", "TbEquiposMedida.CSV")
    with source.open() as reader:
        assert reader.tables() == ["TbEquiposMedida"]


def test_a_file_instead_of_the_folder_is_told(folder, register):
    register(HEADING)
    assert "no es una carpeta" in reason(opened("csv", folder / "TbEquiposMedida.csv"))


def test_a_file_that_changes_after_the_folder_was_opened_blinds(register, folder):
    register("IDEquipoMedida\n1\n", "Otra.csv")
    source = register(HEADING + "1;a;\n")
    with source.open() as reader:
        assert list(reader.rows("Otra", ["IDEquipoMedida"])) == [[("1",)]]
        register(HEADING + "1;a;\n2;b;\n")
        with pytest.raises(Exception, match="ha cambiado mientras se leía"):
            list(reader.rows("TbEquiposMedida", ["Nombre"]))


def test_a_local_name_may_be_asked_for_under_its_type(register):
    with register(HEADING).open() as reader:
        assert reader.types(EQUIPMENT.name) == ["texto"] * 3
