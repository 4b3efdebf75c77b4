"""Each page on the demo estate after a real cycle, and where there is little or nothing to see."""

import re
from datetime import date, timedelta

import pytest
from tests.contracts.building import DAY
from tests.engine.building import Department, equipment
from tests.web.asking import ask
from tests.web.readings import FROM_STORE, NOW, PAGES, alive, broken_store, reading_in_memory, reading_on_disk

from sereno.domain.cadence import Period
from sereno.domain.ledger import Snooze
from sereno.domain.pauses import Pause
from sereno.engine.logbook import Missed
from sereno.engine.standing import Published

HEADINGS = {
    "/": "NO está en orden: una cosa necesita a una persona.",
    "/rondas": "Rondas de 2",
    "/hallazgos": "Hallazgos abiertos",
    "/correo": "Correo",
    "/personas": "Personas",
    "/calendario": "Calendario laboral de 2",
    "/reglas": "Reglas",
    "/ajustes": "Ajustes",
}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_after_a_cycle_is_whole_and_says_that_nobody_watches_any_more(reading, page):
    shown = ask(reading, page)
    assert shown.status == 200
    assert re.findall(r"<h1[^>]*>([^<]*)", shown.text)[0].startswith(HEADINGS[page])
    assert len(re.findall("<h1", shown.text)) == 1
    assert "NO está en orden" in shown.text


@pytest.mark.parametrize("page", PAGES)
def test_every_page_can_be_walked_by_keyboard_and_by_a_screen_reader(reading, page):
    text = ask(reading, page).text
    assert '<html lang="es">' in text
    assert 'class="skip" href="#contenido"' in text
    assert '<main id="contenido"' in text
    assert text.count('aria-current="page"') == 1
    assert re.findall(r"<th(?![^>]*scope)[ >]", text) == []
    assert set(re.findall(r'aria-labelledby="([^"]*)"', text)) <= set(re.findall(r' id="([^"]*)"', text))
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("page", PAGES)
def test_no_page_brings_script_or_inline_style_or_anything_from_elsewhere(reading, page):
    text = ask(reading, page).text
    assert re.findall(r"<script|<style|\son\w+=|\sstyle=|javascript:", text) == []
    assert re.findall(r'(?:src|href|action)="(?!/|#)[^"]*"', text) == []


@pytest.mark.parametrize("page", PAGES)
def test_on_an_empty_home_no_page_claims_that_all_is_well(bare, page):
    shown = ask(reading_on_disk(bare), page)
    assert shown.status == 200
    assert "NO está en orden" in shown.text
    assert ("Aún no hay almacén" in shown.text) == (page in {"/", "/ajustes", *FROM_STORE})


@pytest.mark.parametrize("page", PAGES)
def test_with_a_damaged_store_each_page_says_so_and_none_that_there_is_nothing(page):
    shown = ask(reading_in_memory(Department(), look_at_store=broken_store), page)
    assert shown.status == (200 if page == "/" else 503)
    assert ("NO está en orden" if page == "/" else "No significa que todo vaya bien") in shown.text
    assert "el fichero está dañado" in shown.text


def test_a_file_that_is_no_database_is_told_as_an_unreadable_store(served, tmp_path):
    copy = served.copy(tmp_path)
    for file in copy.demo.glob("sereno.sqlite*"):
        file.write_bytes(b"esto no es una base de datos" * 400)
    shown = ask(reading_on_disk(copy), "/")
    assert shown.status == 200
    assert "NO está en orden" in shown.text
    assert "sereno.sqlite" in shown.text


def test_hoy_is_in_order_only_while_the_master_gives_signs_and_every_job_went_well():
    department = Department()
    department.round()
    shown = ask(reading_in_memory(department), "/").text
    assert '<h1 id="veredicto">En orden; próximo ciclo a las 10:04.</h1>' in shown
    late = alive(valid_until=(NOW - timedelta(seconds=1)).isoformat())
    assert "NO está en orden" in ask(reading_in_memory(department, late), "/").text
    dead = Published(alive().status, here=True, alive=False)
    assert "murió sin despedirse" in ask(reading_in_memory(department, dead), "/").text


def test_the_card_of_mail_says_that_all_of_it_is_on_hold_also_with_nothing_in_the_queue():
    department = Department()
    assert "Nada espera ni está retenido." in ask(reading_in_memory(department), "/").text
    department.store.desk.hold_mail("traslado", NOW)
    shown = ask(reading_in_memory(department), "/").text.partition('id="correo"')[2]
    assert "Nada espera" not in shown
    assert "Todo retenido desde:" in shown


@pytest.mark.parametrize("page", ["/", "/personas"])
def test_a_job_that_rests_is_not_shown_to_come_before_it_goes_on(page):
    department = Department()
    assert "se debe ahora" in ask(reading_in_memory(department), page).text
    department.store.logbook.pause_instead(
        Pause("brass", date(2026, 11, 28), "ana", "mudanza", NOW), None
    )  # a Saturday
    shown = ask(reading_in_memory(department), page).text
    assert "se debe ahora" not in shown
    assert "lun 30/11 07:00" in shown


@pytest.mark.parametrize("page", PAGES)
def test_what_was_never_seen_or_was_missed_is_painted_neither_green_nor_red(page):
    panel = 'class="verdict warn"' if page == "/" else 'class="band warn"'
    assert panel in ask(reading_in_memory(Department()), page).text
    department = Department()
    department.round()
    department.store.logbook.account("brass", "diario", NOW, [_period()], NOW)
    assert panel in ask(reading_in_memory(department), page).text


@pytest.mark.parametrize("page", PAGES[1:])
def test_each_page_says_at_its_top_how_the_watch_stands(page):
    department = Department()
    department.round()
    assert 'class="band good"' in ask(reading_in_memory(department), page).text
    dead = Published(alive().status, here=True, alive=False)
    assert 'class="band bad"' in ask(reading_in_memory(department, dead), page).text


def test_hoy_tells_of_a_blind_register_what_was_found_before_and_what_was_missed():
    department = Department()
    department.round()
    department.registers["brass"] = None
    department.at(9, day=25).round()
    closed = NOW - timedelta(days=1)
    department.store.logbook.account("brass", "diario", closed, (), closed)
    shown = ask(reading_in_memory(department, now=NOW + timedelta(days=1)), "/").text
    assert "a ciegas" in shown
    assert "/rondas/brass/diario/2026-11-25" in shown
    assert "Ninguno anotado en los últimos 30 días." in shown


def test_the_page_of_a_period_shows_its_round_its_counts_mail_and_log(reading, served):
    day = served.status["fecha_actual"]
    shown = ask(reading, f"/rondas/brass/diario/{day}").text
    for words in (
        "completa",
        "BR-1",
        "Informe Equipos de Medida",
        "Últimas líneas de la tarea",
        "Se hizo el",
    ):
        assert words in shown
    errors = ask(reading, f"/rondas/expedientes/diario/{day}").text
    assert "31/02/2026" in errors


def test_a_year_shows_a_missed_period_as_missed_whatever_is_known_of_it():
    department = Department()
    department.store.logbook.account("brass", "diario", NOW, (), NOW)
    shown = ask(reading_in_memory(department, now=NOW + timedelta(days=3)), "/rondas/2026").text
    assert 'aria-label="25/11/2026: perdida, no consta ninguna ronda"' in shown
    assert 'aria-label="27/11/2026: se debe aún"' in shown


def test_findings_are_filtered_sorted_and_counted():
    department = Department(registers={"brass": equipment(a=-3, b=-9, c=12), "lanzadera": {}})
    department.registers["lanzadera"] = Department().registers["lanzadera"]
    department.round()
    reading = reading_in_memory(department)
    assert "3 de 3 hallazgos abiertos" in ask(reading, "/hallazgos").text
    assert "2 de 3 hallazgos abiertos" in ask(reading, "/hallazgos?regla=BR-1").text
    assert "1 de 3 hallazgos abiertos" in ask(reading, "/hallazgos?vigilante=brass&texto=caducar").text
    assert "0 de 3 hallazgos abiertos" in ask(reading, "/hallazgos?vigilante=otro").text
    assert "0 de 3 hallazgos abiertos" in ask(reading, "/hallazgos?responsable=nadie").text
    assert keys(ask(reading, "/hallazgos?orden=vence").text) == ["2", "1", "3"]
    assert keys(ask(reading, "/hallazgos?orden=-vence").text) == ["3", "1", "2"]
    assert keys(ask(reading, "/hallazgos?orden=-clave").text) == ["3", "2", "1"]


def keys(text):
    return re.findall(r'class="key"><a [^>]*>([^<]*)<', text)


def test_findings_come_fifty_to_a_page_and_no_page_shows_one_twice(reading):
    first, second = (keys(ask(reading, f"/hallazgos?pagina={page}").text) for page in (1, 2))
    assert len(first) == len(second) == 50
    links = [re.findall(r"/hallazgos/\w+/\w+", ask(reading, f"/hallazgos?pagina={n}").text) for n in (1, 2)]
    assert set(links[0]).isdisjoint(links[1])
    assert "Página 2 de" in ask(reading, "/hallazgos?pagina=2").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "99999", "9" * 5000])
def test_a_page_that_there_is_not_is_no_error(reading, page):
    assert ask(reading, f"/hallazgos?pagina={page}").status == 200
    assert ask(reading, f"/correo?pagina={page}").status == 200


def test_a_finding_tells_when_it_was_told_to_whom_and_who_put_it_off(reading, served):
    (link,) = re.findall(
        r'href="(/hallazgos/brass/\w+)">10<', ask(reading, "/hallazgos?vigilante=brass").text
    )
    shown = ask(reading, link).text
    for words in ("u0001@example.com", "u0002@example.com", "Nombre: ", served.status["fecha_actual"]):
        assert words in shown


def test_a_finding_that_was_put_off_says_until_when_by_whom_and_why():
    department = Department()
    department.round()
    (entry,) = [each for each in department.store.ledger("brass").values() if each.section == "BR-2"]
    until = NOW.date() + timedelta(days=5)
    department.store.snooze(
        "brass", entry.rule, entry.track, Snooze(until, "ana", "pedido el recambio", entry.due)
    )
    reading = reading_in_memory(department)
    (link,) = re.findall(r'href="(/hallazgos/brass/\w+)">2<', ask(reading, "/hallazgos").text)
    assert "Hasta el 29/11/2026, por ana: pedido el recambio" in ask(reading, link).text


def test_mail_is_listed_by_state_and_origin_the_newest_first(reading):
    everything = ask(reading, "/correo").text
    assert "Correos, los más nuevos primero" in everything
    held = ask(reading, "/correo?estado=held&origen=tareas").text
    assert re.findall(r'<span class="pill \w+">(\w+)</span>', held) == ["retenido"]
    assert "Ninguno con esos filtros." in ask(reading, "/correo?estado=dead").text
    assert "Ninguno con esos filtros." in ask(reading, "/correo?estado=inventado").text


def test_a_digest_shows_its_envelope_headers_text_and_files(reading):
    (delivery,) = ask(reading, "/api/v1/messages?origin=riesgos/calidad_mensual").json
    shown = ask(reading, f"/correo/{delivery['id']}").text
    for words in (
        "Message-ID",
        "List-Id",
        "riesgos-calidad_mensual.xlsx",
        "Informe mensual de riesgos",
        "Guardado en",
    ):
        assert words in shown
    assert f'<iframe sandbox title="El correo tal como se ve" src="/correo/{delivery["id"]}/html">' in shown


def test_of_mail_that_was_accepted_at_once_no_tries_are_denied(reading):
    deliveries = ask(reading, "/api/v1/messages?limit=1000").json
    at_once = [each for each in deliveries if (each["state"], each["attempts"]) == ("accepted", 1)]
    for delivery in at_once[:3]:
        shown = ask(reading, f"/correo/{delivery['id']}").text
        assert "Aceptado a la primera." in shown
        assert "Ningun" not in shown[shown.index("intentos") :].partition("</section>")[0]
    assert at_once


def test_the_bodies_of_other_applications_mail_are_not_shown_anywhere(reading):
    deliveries = [
        each for each in ask(reading, "/api/v1/messages?limit=1000").json if "/" not in each["origin"]
    ]
    assert deliveries
    for delivery in deliveries:
        shown = ask(reading, f"/correo/{delivery['id']}").text
        assert "su contenido no se muestra aquí" in shown
        assert "<iframe" not in shown
        assert "<pre" not in shown
        assert ask(reading, f"/correo/{delivery['id']}/html").status == 404


def test_the_calendar_says_why_a_day_is_off_and_whether_the_year_is_certain():
    department = Department(holidays="# completo 2026\n24/12/2026 - Convenio\nno se entiende")
    shown = ask(reading_in_memory(department), "/calendario/2026").text
    assert "Convenio (línea 2 del fichero de festivos)" in shown
    assert "Confirmado" in shown
    assert "no se entiende" in shown
    assert "Sin confirmar" in ask(reading_in_memory(department), "/calendario/2027").text


def test_the_rules_are_shown_with_their_sql_and_the_names_of_their_cases(reading):
    shown = ask(reading, "/reglas").text
    assert "Equipos próximos a caducar (30 días o menos)" in shown
    assert "SELECT" in shown
    assert shown.count("<summary>Casos") == shown.count('<article class="rule"')
    assert "Ningún caso." not in shown


def test_the_settings_in_force_are_shown_without_their_secrets(served, tmp_path):
    copy = served.copy(tmp_path)
    with (copy.demo / "demo.env").open("a", encoding="utf-8") as file:
        file.write("SMTP_HOST=correo.example.com\nSMTP_USER=u\nSMTP_PASSWORD=muysecreta\n")
    shown = ask(reading_on_disk(copy), "/ajustes").text
    assert "correo.example.com" in shown
    assert "SMTP_PASSWORD" in shown
    assert "muysecreta" not in shown


@pytest.mark.parametrize(
    "address",
    [
        "/nada",
        "/rondas/1999",
        "/rondas/x",
        "/rondas/brass/diario/2026-W48",
        "/rondas/brass/diario/9999-99-99",
        "/rondas/brass/otro/2026-11-24",
        "/hallazgos/brass/0",
        "/hallazgos/%00/%3Cscript%3E",
        "/correo/nadie",
        "/correo/nadie/html",
        "/correo/%00",
        "/calendario/999999999",
        "/calendario/%D9%A1%D9%A1%D9%A1%D9%A1",
        "/..%2f..%2fetc/passwd",
    ],
)
def test_what_there_is_not_is_told_in_spanish(reading, address):
    shown = ask(reading, address)
    assert shown.status == 404
    assert "Aquí no hay nada con ese nombre" in shown.text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_here(reading, page, method):
    shown = ask(reading, page, method=method)
    assert shown.status == 405
    assert "Esa orden no se admite en esta dirección" in shown.text


def test_looking_at_every_page_leaves_the_installation_as_it_was(served, reading):
    before = served.files()
    for page in PAGES:
        assert ask(reading, page).status == 200
    assert served.files() == before


def test_a_missed_period_is_on_hoy_for_thirty_days():
    department = Department()
    department.store.logbook.account("brass", "diario", NOW, [_period()], NOW)
    (missed,) = department.store.logbook.missed(NOW)
    assert isinstance(missed, Missed)
    assert "brass/diario 2026-11-23" in ask(reading_in_memory(department), "/").text
    later = reading_in_memory(department, now=NOW + timedelta(days=31))
    assert "brass/diario 2026-11-23" not in ask(later, "/").text


def _period():
    return Period("2026-11-23", DAY.opens - timedelta(days=1), DAY.closes - timedelta(days=1))
