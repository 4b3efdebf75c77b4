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
    assert fetched(register(HEADING + "\n1;a;;;\n;;\n2;b;;;\n"))[0] == [(1, "a", None), (2, "b", None)]


@pytest.mark.parametrize("lines", ["1;a;\n2;Pol;ímetro;\n", "1;a;;\n2;b;\n", "1;a;;\n2;Pol;ímetro;;\n"])
def test_a_row_with_other_cells_than_the_rest_is_shifted_and_blinds(register, lines):
    assert "la fila 3 tiene" in reason(register(HEADING + lines))


def test_a_first_line_that_tells_excel_the_separator_is_no_heading(register):
    assert fetched(register("sep=,\r\n" + HEADING.replace(";", ",") + "1,a;b,\n"))[0] == [(1, "a;b", None)]


def test_what_nobody_sees_around_a_name_is_not_part_of_it(register):
    heading = "\u200bIDEquipoMedida\xa0;Nombre\ufeff;FechaFinServicio \n"
    assert fetched(register(heading + "1;a;1/2/2026\n"))[0] == [(1, "a", "2026-02-01")]


@pytest.mark.parametrize(
    "lines",
    [
        '1;";2026-01-01\n2;";2026-02-01\n',  # the same as above, as people write it
        '1;"Especial;2026-01-01\n2;Tubo de 3";2026-02-01\n',
        '1;";2026-01-01\r\n2;a;2026-02-01\r\n3;";\r\n',
    ],
)
def test_quotes_that_mean_none_do_not_swallow_the_rows_between_them(register, lines):
    told = reason(register(HEADING + lines))
    assert "unas comillas unen las filas de la línea 2 a la" in told
    assert "Escriba doble cada comilla" in told


@pytest.mark.parametrize("text", ["Uno, dos,\ntres, cuatro", "Uno;\ndos", "\n\n", "a\nb;c;d\ne"])
def test_texts_of_several_lines_are_read_whatever_they_hold(register, text):
    for separator in ";,":
        heading = HEADING.replace(";", separator)
        source = register(f'{heading}1{separator}"{text}"{separator}1/2/2026\n')
        assert fetched(source)[0] == [(1, text.strip() or None, "2026-02-01")]


def test_a_long_text_is_read(register):
    assert fetched(register(HEADING + f"1;{'x' * 1_000_000};\n"))[0] == [(1, "x" * 1_000_000, None)]


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
        (HEADING.encode() + "1;a;\n2;Muñoz;\n".encode("cp850"), "parece «CSV (MS-DOS)», por la línea 3"),
        (HEADING.encode() + "1;Calibración;\n".encode("cp850"), "parece «CSV (MS-DOS)»"),
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


def test_two_files_that_would_be_one_table_blind(register):
    register(HEADING + "1;a;\n", "TbEquiposMedida.CSV")
    told = reason(register(HEADING + "2;b;\n"))
    assert "TbEquiposMedida.CSV y TbEquiposMedida.csv, que serían la misma tabla" in told


def test_two_tables_whose_names_differ_by_capitals_alone_are_not_taken_one_for_the_other(register):
    register(HEADING + "1;a;\n", "tbequiposmedida.csv")
    told = reason(register(HEADING + "2;b;\n", "TBEQUIPOSMEDIDA.csv"))
    assert "la tabla TbEquiposMedida puede ser TBEQUIPOSMEDIDA o tbequiposmedida" in told
    assert fetched(register(HEADING + "3;c;\n"))[0] == [(3, "c", None)]


def test_a_file_that_leads_nowhere_is_no_missing_table(folder):
    (folder / "TbEquiposMedida.csv").symlink_to(folder / "nada")
    assert "no existe el fichero" in reason(opened("csv", folder))


def test_a_folder_that_is_missing_is_told(folder):
    assert f"no existe la carpeta {folder / 'nada'}" in reason(opened("csv", folder / "nada"))


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
