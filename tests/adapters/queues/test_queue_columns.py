"""Tables as installations have them: columns that are missing, spelt otherwise, or of other types."""

import pytest
from tests.adapters.queues.building import NOW, STAMP, TABLE, TYPES, pending, reason, stamp_of, the_row

REQUIRED = ("IDCorreo", "Aplicacion", "Destinatarios", "Asunto", "Cuerpo", "FechaEnvio")
OPTIONAL = dict.fromkeys(column for column in TYPES if column not in REQUIRED)


def test_required_columns_are_enough(bare):
    bare.create(**OPTIONAL)
    cells = {"Aplicacion": "Pedidos", "Destinatarios": "a@example.com", "Asunto": "Hola", "Cuerpo": "Adiós"}
    bare.put_all([{"IDCorreo": 1, **cells}])
    queue = bare.open()
    (row,) = pending(queue)
    assert (row.application, row.to, row.subject, row.body) == tuple(cells.values())
    assert (row.cc, row.bcc, row.attachments, row.recorded_at, row.recorded_as) == ("", "", "", None, "")
    assert row.html is False
    assert queue.stamp([stamp_of(row)], NOW) == {stamp_of(row)}
    assert bare.sent() == [(1, STAMP)]


def test_columns_in_any_order_are_told_apart(bare):
    columns = [
        "CuerpoHTML",
        "FechaEnvio",
        "Cuerpo",
        "FechaGrabacion",
        "Asunto",
        "Destinatarios",
        "Aplicacion",
    ]
    bare.create_of({column: TYPES[column] for column in [*columns, "IDCorreo"]})
    bare.put_all([{**_plain(), "IDCorreo": 1}])
    assert pending(bare.open()) == [the_row(1)]


@pytest.mark.parametrize("spell", [str.lower, str.upper])
def test_names_are_found_whatever_their_case(bare, spell):
    columns = {spell(column): kind for column, kind in TYPES.items()}
    bare.create_of(columns, spell(TABLE))
    names = ", ".join(map(bare.name, columns))
    values = {**dict.fromkeys(columns), spell("IDCorreo"): 1}
    values |= {spell(column): cell for column, cell in _plain().items()}
    marks = ", ".join(f":{column}" for column in columns)
    bare.run(f"INSERT INTO {bare.name(spell(TABLE))} ({names}) VALUES ({marks})", values)
    queue = bare.open()
    assert pending(queue) == [the_row(1)]
    assert queue.stamp([stamp_of(the_row(1))], NOW)
    assert pending(queue) == []


def test_a_column_that_is_added_later_is_read_from_the_next_look_on(bare):
    bare.create(CuerpoHTML=None)
    bare.put_all([{**_plain(), "IDCorreo": 1}])
    queue = bare.open()
    assert [row.html for row in pending(queue)] == [False]
    bare.run(f"ALTER TABLE {bare.quoted} ADD COLUMN {bare.name('CuerpoHTML')} VARCHAR(10)")
    bare.run(f"UPDATE {bare.quoted} SET {bare.name('CuerpoHTML')} = 'Sí'")
    assert [row.html for row in pending(queue)] == [True]


def test_a_missing_table_is_told(bare):
    told = reason(lambda: pending(bare.open()))
    assert f"no existe la tabla {TABLE}" in told
    assert "CORREOS_DB_URL" in told


def test_missing_columns_are_all_told_at_once(bare):
    bare.create(Asunto=None, FechaEnvio=None)
    told = reason(lambda: bare.open().rows([1]))
    assert "le faltan columnas: Asunto, FechaEnvio. Añádalas" in told


def test_a_key_that_is_no_number_is_refused(bare):
    bare.create(IDCorreo="VARCHAR(20)")
    assert "la columna IDCorreo de TbCorreosEnviados no es de números" in reason(lambda: pending(bare.open()))


@pytest.mark.parametrize("kind", ["INTEGER", "FLOAT"])
def test_a_column_that_holds_no_dates_is_refused(bare, kind):
    bare.create(FechaEnvio=kind)
    assert "la columna FechaEnvio de TbCorreosEnviados no es de fechas" in reason(
        lambda: bare.open().stamp([(1, "x")], NOW)
    )


def test_numbers_may_be_kept_as_decimals(bare):
    bare.create(IDCorreo="NUMERIC(12, 0)")
    bare.put(7, 8)
    queue = bare.open()
    assert pending(queue) == [the_row(7), the_row(8)]
    assert queue.stamp([stamp_of(the_row(8))], NOW)
    assert pending(queue) == [the_row(7)]


def test_a_text_column_gets_the_time_as_text_and_its_blanks_are_waiting(bare):
    bare.create(FechaEnvio="VARCHAR(30)")
    bare.put(1)
    bare.put(2, FechaEnvio="")
    bare.put(3, FechaEnvio="   ")
    bare.put(4, FechaEnvio="ayer")
    queue = bare.open()
    assert [row.number for row in pending(queue)] == [1, 2, 3]
    asked = [stamp_of(the_row(number)) for number in (1, 2, 3, 4)]
    assert queue.stamped(asked) == {asked[3]}
    assert queue.stamp(asked, NOW) == set(asked)
    assert bare.sent() == [(1, STAMP), (2, STAMP), (3, STAMP), (4, "ayer")]


def test_a_column_of_days_gets_the_local_day(bare):
    bare.create(FechaEnvio="DATE")
    bare.put(1)
    queue = bare.open()
    late = NOW.replace(hour=23)
    assert queue.stamp([stamp_of(the_row(1))], late)
    assert bare.sent() == [(1, "2026-11-25")]
    assert pending(queue) == []


def test_rows_without_a_number_are_told_after_all_the_others(bare):
    bare.create()
    bare.put(1, 2, None, None)
    pages = bare.open().pending()
    assert [row.number for row in next(pages)] == [1, 2]
    told = reason(lambda: next(pages))
    assert "tiene sin enviar 2 filas cuyo IDCorreo está vacío" in told
    assert "Numérelas" in told


def test_a_time_recorded_as_text_is_understood_or_kept_as_it_is(bare):
    bare.create(FechaGrabacion="VARCHAR(40)")
    bare.put(1, FechaGrabacion="20/11/2026 8:30")
    bare.put(2, FechaGrabacion="2026-11-20T07:30:00Z")
    bare.put(3, FechaGrabacion="anteayer")
    first, second, third = pending(bare.open())
    assert (first.recorded_at, first.recorded_as) == (the_row(1).recorded_at, the_row(1).recorded_as)
    assert (second.recorded_at, second.recorded_as) == (the_row(1).recorded_at, "2026-11-20 07:30:00+00:00")
    assert (third.recorded_at, third.recorded_as) == (None, "anteayer")


def _plain() -> dict[str, object]:
    row = the_row(1)
    return {
        "IDCorreo": 1,
        "Aplicacion": row.application,
        "Destinatarios": row.to,
        "Asunto": row.subject,
        "Cuerpo": row.body,
        "FechaGrabacion": row.recorded_as,
    }


def test_stamped_rows_are_found_where_columns_are_missing(bare):
    bare.create(DestinatariosConCopiaOculta=None, URLAdjunto=None)
    bare.put(1, FechaEnvio=STAMP)
    bare.put(2)
    asked = [stamp_of(the_row(number)) for number in (1, 2)]
    assert bare.open().stamped(asked) == {asked[0]}
