"""A round owes its periods once, tells what it saw, and never takes blindness for an all-clear."""

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

import pytest
from tests.engine.building import BRASS, PEOPLE, TUESDAY, Department, equipment

from sereno.adapters.memory import MemorySource


def only(report):
    (served,) = report.served
    return served


def body(message, subtype="plain"):
    return message_from_bytes(message.data, policy=default).get_body((subtype,)).get_content()


def test_a_working_morning_owes_the_digest_and_the_run_completes_it():
    served = only(Department().round())
    assert (served.run.state, served.run.period, served.run.findings) == ("complete", "2026-11-24", 2)
    (message,) = served.messages
    assert message.envelope.recipients == ("ana@example.com",)
    assert "caducado" in body(message)
    assert "proximo" in body(message)
    assert "lejano" not in body(message)


def test_the_same_day_owes_nothing_twice():
    department = Department()
    department.round()
    again = department.at(11).round()
    assert only(again).run is None
    assert "ya" in only(again).reason
    assert again.look is None
    assert len(department.store.pending()) == 1


def test_the_next_working_day_owes_it_again():
    department = Department()
    department.round()
    assert only(department.at(7, 0, day=25).round()).run.period == "2026-11-25"
    assert len(department.store.pending()) == 2


@pytest.mark.parametrize(
    ("hour", "day"), [(6, 24), (20, 24), (9, 22)], ids=["too early", "too late", "Sunday"]
)
def test_outside_the_working_hours_of_a_working_day_nothing_is_owed(hour, day):
    report = Department().at(hour, day=day).round()
    assert only(report).run is None
    assert report.look is None


def test_a_holiday_owes_nothing_but_one_added_after_the_opening_cancels_nothing():
    department = Department(holidays="24/11/2026 - Fiesta local")
    assert only(department.round()).run is None
    opened = Department(registers={"brass": None, "lanzadera": PEOPLE})
    opened.at(8).round()
    opened.holidays = "24/11/2026 - Fiesta añadida a mediodía"
    opened.registers["brass"] = equipment(caducado=-3)
    assert only(opened.at(12).round()).run.state == "complete"


def test_nothing_found_is_a_complete_run_without_a_message():
    served = only(Department(registers={"brass": equipment(lejano=200), "lanzadera": PEOPLE}).round())
    assert (served.run.state, served.run.messages) == ("complete", 0)


def test_a_register_that_is_gone_makes_a_blind_run_that_sends_nothing_and_satisfies_nothing():
    department = Department(registers={"brass": None, "lanzadera": PEOPLE})
    report = department.round()
    assert only(report).run.state == "blind"
    assert report.needs_a_person
    assert department.store.pending() == []
    department.registers["brass"] = equipment(caducado=-3)
    assert only(department.at(9, 5).round()).run.state == "complete"


def test_blind_runs_are_tried_again_after_5_15_and_60_minutes():
    department = Department(registers={"brass": None, "lanzadera": PEOPLE})
    tried = []
    for minute in range(7 * 60, 11 * 60):
        served = only(department.at(*divmod(minute, 60)).round())
        if served.run is not None:
            tried.append(divmod(minute, 60))
    assert tried == [(7, 0), (7, 5), (7, 20), (8, 20), (9, 20), (10, 20)]


def test_from_noon_on_the_incomplete_digest_is_sent_once_and_says_what_it_could_not_see():
    department = Department(registers={"brass": None, "lanzadera": PEOPLE})
    assert only(department.at(11, 59).round()).messages == ()
    served = only(department.at(12, 10).round())
    assert served.run.state == "blind"
    (message,) = served.messages
    text = body(message)
    assert "No se ha podido comprobar" in text
    assert "brass" in text
    assert "Nada pendiente" not in text
    assert only(department.at(13, 30).round()).messages == ()
    department.registers["brass"] = equipment(caducado=-3)
    completed = only(department.at(15).round())
    assert completed.run.state == "complete"
    assert len(completed.messages) == 1


def test_a_guard_table_that_is_empty_is_blindness():
    served = only(Department(registers={"brass": equipment(), "lanzadera": PEOPLE}).round())
    assert served.run.state == "blind"
    assert "TbEquiposMedida" in served.run.why


def test_a_directory_that_cannot_be_read_blinds_the_digest_that_needs_it():
    department = Department(registers={"brass": equipment(caducado=-3), "lanzadera": None})
    served = only(department.round())
    assert served.run.state == "blind"
    assert "directorio" in served.run.why
    late = only(department.at(12, 30).round())
    assert late.messages[0].envelope.recipients == ("operador@example.com",)
    assert "caducado" in body(late.messages[0])


def test_a_directory_that_is_not_configured_leaves_the_digest_to_the_operators_and_is_named():
    department = Department(registers={"brass": equipment(caducado=-3)})
    served = only(department.round())
    assert served.run.state == "complete"
    assert served.messages[0].envelope.recipients == ("operador@example.com",)
    assert "LANZADERA_DB_URL" in body(served.messages[0])


def test_a_digest_with_fixed_addresses_needs_no_directory():
    department = Department(
        registers={"brass": equipment(caducado=-3), "lanzadera": None},
        audience="a@example.com; b@example.com",
    )
    (message,) = only(department.round()).messages
    assert message.envelope.recipients == ("a@example.com", "b@example.com")


NOBODY = {**PEOPLE, "TbUsuariosAplicacionesTareas": []}
NO_ADDRESS = {
    **PEOPLE,
    "TbUsuariosAplicaciones": [PEOPLE["TbUsuariosAplicaciones"][0] | {"CorreoUsuario": "sin arroba"}],
    "TbUsuariosAplicacionesTareas": [{"CorreoUsuario": "sin arroba", "EsAdministrador": "Sí"}],
}


@pytest.mark.parametrize(
    "people", [NOBODY, NO_ADDRESS], ids=["a role with nobody", "a person without an address"]
)
def test_without_a_reader_the_operators_hear_it_and_are_told_why(people):
    department = Department(registers={"brass": equipment(caducado=-3), "lanzadera": people})
    served = only(department.round())
    (message,) = served.messages
    assert message.envelope.recipients == ("operador@example.com",)
    assert "Sin destinatario" in body(message)
    assert "admin" in body(message)


def test_without_reader_and_operators_nothing_is_done_and_a_person_is_needed():
    department = Department(registers={"brass": equipment(caducado=-3), "lanzadera": NOBODY}, operators=())
    report = department.round()
    assert only(report).run.state == "unaddressed"
    assert report.needs_a_person
    assert "Sin destinatario" in only(report).run.why
    assert department.store.pending() == []
    department.registers["lanzadera"] = PEOPLE
    assert only(department.at(9, 30).round()).run.state == "complete"


def test_a_date_that_is_none_is_shown_as_data_to_correct_and_alone_makes_one_mail_only():
    rows = equipment(lejano=200)
    rows["TbEquiposMedida"][0]["FechaFinServicio"] = "31/02/2027"
    department = Department(registers={"brass": rows, "lanzadera": PEOPLE})
    (message,) = only(department.round()).messages
    assert "Datos por corregir" in body(message)
    assert "31/02/2027" in body(message)
    tomorrow = only(department.at(9, day=25).round())
    assert (tomorrow.run.state, tomorrow.messages) == ("complete", ())


def test_data_to_correct_told_on_trial_are_told_again_for_real():
    rows = equipment(lejano=200)
    rows["TbEquiposMedida"][0]["FechaFinServicio"] = "31/02/2027"
    department = Department(registers={"brass": rows, "lanzadera": PEOPLE}, trial=True)
    assert len(only(department.round()).messages) == 1
    department.trial = False
    assert len(only(department.at(9, day=25).round()).messages) == 1


def test_two_instruments_with_one_number_are_one_finding_and_a_datum_to_correct():
    rows = equipment(uno=-3, dos=-2)
    rows["TbEquiposMedida"][1]["IDEquipoMedida"] = 1
    served = only(Department(registers={"brass": rows, "lanzadera": PEOPLE}).round())
    assert served.run.findings == 1
    assert "clave repetida" in body(served.messages[0])


def test_instruments_without_a_readable_number_all_count():
    rows = equipment(uno=-3, dos=-2)
    for number, instrument in zip(("A-1", "A-2"), rows["TbEquiposMedida"], strict=True):
        instrument["IDEquipoMedida"] = number
    served = only(Department(registers={"brass": rows, "lanzadera": PEOPLE}).round())
    assert served.run.findings == 2
    assert "A-1" in body(served.messages[0])


def test_a_directory_without_people_is_blindness():
    department = Department(registers={"brass": equipment(caducado=-3), "lanzadera": {}})
    assert only(department.round()).run.state == "blind"


def test_a_digest_of_thousands_of_rows_shows_the_most_urgent_and_says_how_many_there_are():
    rows = equipment(**{f"equipo{number}": -number for number in range(2000)})
    (message,) = only(Department(registers={"brass": rows, "lanzadera": PEOPLE}).round()).messages
    assert len(message.data) < 200_000
    assert "1975" in body(message)
    assert "equipo1999" in body(message)


def test_by_force_the_round_is_made_at_any_hour_and_satisfies_no_period():
    department = Department()
    forced = only(department.at(6).round(force=True))
    assert (forced.run.state, forced.run.forced) == ("complete", True)
    assert len(forced.messages) == 1
    assert only(department.at(7).round()).run.state == "complete"


def test_on_trial_the_round_is_made_once_and_is_owed_again_once_the_trial_is_over():
    department = Department(trial=True)
    assert only(department.round()).run.trial
    assert only(department.at(9, 30).round()).run is None
    department.trial = False
    assert only(department.at(10).round()).run.state == "complete"


@dataclass
class Overtaken:
    """A register that is read while another process makes the same round and completes it."""

    rows: dict
    rival: Department

    def open(self):
        self.rival.round()
        return MemorySource(BRASS.tables, self.rows).open()


def test_another_process_that_completed_the_period_meanwhile_leaves_nothing_behind():
    rival = Department()
    department = Department(store=rival.store, ids=rival.ids)
    department.sources = {"brass": Overtaken(rival.registers["brass"], rival)}
    served = only(department.round())
    assert served.run is None
    assert "otro proceso" in served.reason
    assert len(department.store.pending()) == 1


def test_hostile_texts_of_a_register_arrive_escaped():
    rows = equipment(uno=-3)
    rows["TbEquiposMedida"][0]["Nombre"] = "<script>alert(1)</script>\r\nBcc: x@example.com"
    (message,) = only(Department(registers={"brass": rows, "lanzadera": PEOPLE}).round()).messages
    assert "<script>" not in body(message, "html")
    assert "&lt;script&gt;" in body(message, "html")
    assert message_from_bytes(message.data, policy=default)["Bcc"] is None


def test_a_certificate_of_an_unknown_instrument_is_counted_in_the_diagnostics():
    rows = equipment(uno=-3)
    rows["TbEquiposMedidaCalibraciones"].append(
        rows["TbEquiposMedidaCalibraciones"][0] | {"IDCalibracion": 9, "IDEquipoMedida": 99}
    )
    report = Department(registers={"brass": rows, "lanzadera": PEOPLE}).round()
    assert report.look.counts == {"certificados_huerfanos": 1}


def test_the_badge_says_in_words_how_near_the_date_is():
    rows = equipment(hoy=0, ayer=-1, pronto=3)
    text = body(
        only(Department(registers={"brass": rows, "lanzadera": PEOPLE}, now=TUESDAY).round()).messages[0]
    )
    for words in ("vence hoy", "vencida hace 1 día", "faltan 3 días"):
        assert words in text
