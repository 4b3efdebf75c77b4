"""A reader's own page: what is his and nobody else's, and whatever could not be seen."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engine.building import TUESDAY, Department
from tests.engine.nonconformities import NC, STAFF, task
from tests.web.reader_site import TODAY, Site, link_in
from tests.web.readings import alive, broken_store

from sereno.adapters.monitors import shipped_monitors
from sereno.domain.pauses import Pause
from sereno.domain.personal import Pass, read_pass, signed
from sereno.engine.agenda import Post
from sereno.engine.records import JobResult
from sereno.web.guard import PAGE_POLICY

NOTHING = "No hay ningún hallazgo abierto a su nombre."
WHOSE = "aún no se sabe a quién corresponde cada hallazgo"


@pytest.fixture
def site():
    return Site()


def test_the_link_in_the_mail_shows_what_is_open_and_the_readers_own(site):
    page = site.get(site.link())
    assert page.status == 200
    assert "Ana Prado" in page.text
    assert page.text.count('<p class="what">') == 2
    assert "vencida hace 3 días" in page.text
    assert "faltan 12 días" in page.text


def test_the_page_is_kept_by_nobody_indexed_by_nobody_and_told_to_nobody(site):
    headers = site.get(site.link()).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "noindex" in headers["x-robots-tag"]
    assert headers["content-security-policy"] == PAGE_POLICY


def test_the_page_leads_to_no_other_page_of_the_console(site):
    path = site.link()
    links = set(re.findall(r'(?:href|src|action)="([^"]*)"', site.get(path).text))
    assert {each for each in links if not each.startswith(path)} == {
        "/estilo.css",
        "/sereno.svg",
        "#contenido",
    }


@pytest.mark.parametrize(
    "address", ["/mi/nada", "/mi/a/b/c/d", "/mi/calendario/nada.ics", "/mi/calendario/.ics"]
)
def test_what_is_refused_leads_to_no_page_of_the_console_either(site, address):
    refused = site.get(address)
    assert refused.status == 404
    assert 'href="/"' not in refused.text
    assert "noindex" in refused.headers["x-robots-tag"]


def test_nobody_sees_what_is_somebody_elses(site):
    rows = task((1, TODAY + timedelta(days=12)))
    rows["TbNoConformidades"].append(
        rows["TbNoConformidades"][0] | {"IDNoConformidad": 2, "RESPONSABLETELEFONICA": "luis"}
    )
    rows["TbNCAccionCorrectivas"].append(
        {"IDAccionCorrectiva": 2, "IDNoConformidad": 2, "AccionCorrectiva": "x"}
    )
    rows["TbNCAccionesRealizadas"].append(
        rows["TbNCAccionesRealizadas"][0]
        | {"IDAccionRealizada": 9, "IDAccionCorrectiva": 2, "AccionRealizada": "Tarea 9"}
    )
    site.department.registers["no_conformidades"] = rows
    (served,) = site.round().served
    pages = {each.envelope.recipients[0]: site.get(link_in(each)).text for each in served.messages}
    assert "Tarea 1 " in pages["ana@example.com"]
    assert "Tarea 9 " not in pages["ana@example.com"]
    assert "Tarea 9 " in pages["luis@example.com"]
    assert "Tarea 1 " not in pages["luis@example.com"]


@pytest.mark.parametrize(
    "owner", ["", "   ", "' OR 1=1 --", "Ana P", "<b>ana</b>", "ana@example.com", "*", "%"]
)
def test_a_blank_or_hostile_name_is_nobodys(site, owner):
    path = site.link()
    site.department.registers["no_conformidades"] = task((7, TODAY + timedelta(days=9)), engineer=owner)
    site.now += timedelta(days=1)
    site.round(force=True)
    assert NOTHING in site.get(path).text


def test_a_register_that_could_not_be_read_is_told_and_never_an_all_clear(site):
    site.department.registers["no_conformidades"] = task()
    path = _path_for_ana(site)
    assert NOTHING in site.get(path).text
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = None
    site.round()
    page = site.get(path).text
    assert "la última vez no se pudo mirar entero" in page
    assert NOTHING not in page
    assert "nowhere" not in page  # where the registers lie is the operators' to know


def test_what_was_known_before_a_blind_round_is_still_shown(site):
    path = site.link()
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = None
    site.round()
    page = site.get(path).text
    assert "vencida hace 4 días" in page
    assert "Puede faltar algo" in page


def test_a_dead_watch_is_told(site):
    path = site.link()
    dead = site.get(path, published=_stopped())
    assert "Sereno no está vigilando ahora" in dead.text


def test_a_directory_that_cannot_be_read_is_told(site):
    path = site.link()
    site.department.registers["lanzadera"] = None
    page = site.get(path)
    assert page.status == 503
    assert "No significa que no haya nada pendiente" in page.text
    assert NOTHING not in page.text
    assert "lanzadera" not in page.text


def test_whoever_is_no_longer_in_the_directory_is_told_so_and_sees_nothing(site):
    path = site.link()
    left = [{**each, "FechaBaja": "01/01/2026"} for each in STAFF["TbUsuariosAplicaciones"]]
    site.department.registers["lanzadera"] = {**STAFF, "TbUsuariosAplicaciones": left}
    page = site.get(path)
    assert page.status == 403
    assert "No significa que no haya nada pendiente" in page.text


def test_a_store_that_cannot_be_read_is_told(site):
    path = site.link()
    page = site.get(path, look_at_store=broken_store)
    assert page.status == 503
    assert "No significa que no haya nada pendiente" in page.text


def test_a_link_opens_for_thirty_days_and_then_says_that_it_is_over(site):
    path = site.link()
    site.now += timedelta(days=30)
    assert site.get(path).status == 200
    site.now += timedelta(days=1)
    page = site.get(path)
    assert page.status == 410
    assert "caducado" in page.text


def test_a_revoked_link_opens_nothing_and_the_next_digest_brings_one_that_does(site):
    path = site.link()
    page = site.get(path)
    assert "Enlaces anulados" in site.post(f"{path}/anular", page).text
    assert site.get(path).status == 404
    site.now += timedelta(days=1)
    site.department.registers["no_conformidades"] = task((3, TODAY + timedelta(days=5)))
    assert site.get(site.link()).status == 200


def test_a_key_of_another_store_opens_nothing(site):
    path = site.link()
    site.department.store.readers.secret = b"z" * 32
    assert site.get(path).status == 404


def test_before_any_link_was_written_nothing_opens(site):
    token = signed(Pass("ana@example.com", 0, TODAY), b"")
    assert site.get(f"/mi/{token}").status == 404


def test_without_console_url_there_are_no_such_pages_and_no_links(site):
    path = site.link()
    assert site.get(path, host="localhost", reception=None).status == 404
    assert site.get(path, reception=None).status == 421
    assert site.get("/mi/calendario/x.ics", host="localhost", reception=None).status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/hallazgos", "/correo", "/ajustes", "/api/v1/status", "/metrics", "/mi"),
        *("/calendario", "/calendario/2026", "/calendario/.ics", "/calendario/2026.ics"),
    ],
)
def test_by_the_readers_address_nothing_else_of_the_console_answers(site, path):
    assert site.get(path).status == 421


def test_by_another_name_the_page_does_not_answer(site):
    path = site.link()
    assert site.get(path, host="evil.example").status == 421
    assert site.get(path, host="sereno.example.com:443").status == 200
    assert site.get(path, host="localhost").status == 200


@given(st.data())
def test_a_token_that_is_not_to_the_letter_ours_says_nothing(data):
    key = b"k" * 32
    token = signed(Pass("ana@example.com", 0, TUESDAY.date()), key)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda each: each != token[at]))
    changed = data.draw(
        st.sampled_from(
            [token[:at] + other + token[at + 1 :], token[:at], token + other, token[:at] + token[at + 1 :]]
        )
    )
    assert read_pass(token, key) is not None
    assert read_pass(changed, key) is None


@given(st.text(max_size=200))
def test_no_text_is_a_token(text):
    assert read_pass(text, b"k" * 32) is None


@given(st.emails(), st.integers(0, 10**6), st.dates())
def test_a_token_says_what_was_signed(address, generation, until):
    admission = Pass(address.casefold(), generation, until)
    assert read_pass(signed(admission, b"k" * 32), b"k" * 32) == admission


def test_a_row_that_names_its_owner_by_id_is_the_readers(site):
    rows = task((1, TODAY + timedelta(days=12)), engineer="1")  # by Id
    site.department.registers["no_conformidades"] = rows
    assert "Tarea 1 " in site.get(site.link()).text


def _path_for_ana(site):
    site.round()
    admission = Pass("ana@example.com", 0, TODAY + timedelta(days=30))
    return f"/mi/{signed(admission, site.store.readers.key(b'k' * 32))}"


def _stopped():
    return alive(running=False, stop_reason="SIGTERM")


def test_departments_that_have_no_personal_digest_say_that_nothing_is_known():
    bare = Site(Department())
    path = f"/mi/{signed(Pass('ana@example.com', 0, TODAY), bare.store.readers.key(b'k' * 32))}"
    page = bare.get(path).text
    assert NOTHING not in page
    assert "de ahí no se sabe nada" in page


def _emptied(site):
    """Go a round that finds nothing, and return the path to a page that says so."""
    site.department.registers["no_conformidades"] = task()
    path = _path_for_ana(site)
    assert NOTHING in site.get(path).text
    return path


def _is_stale(site, path):
    page = site.get(path).text
    return "hace más de lo debido que no se mira" in page and NOTHING not in page


def test_a_job_that_rests_is_never_an_all_clear(site):
    path = _emptied(site)
    pause = Pause("no_conformidades", TODAY + timedelta(days=60), "jefa", "obras", site.now)
    site.store.logbook.pause_instead(pause, None)
    site.now += timedelta(days=26)
    assert _is_stale(site, path)
    assert "hace más de lo debido" in str(site.get(_feed(site, path)).text.replace("\r\n ", ""))


def test_a_job_that_fails_without_a_round_is_never_an_all_clear(site):
    path = _emptied(site)
    began = site.now + timedelta(minutes=30)
    site.now += timedelta(hours=1)
    site.store.record_job(JobResult("no_conformidades", began, site.now, 1, "se rompió"))
    assert _is_stale(site, path)


def test_a_period_that_ended_unseen_is_never_an_all_clear(site):
    path = _emptied(site)
    site.now += timedelta(days=1, hours=10)
    assert not _is_stale(site, path)
    site.now += timedelta(hours=1)
    assert _is_stale(site, path)


def test_a_monitor_without_its_register_is_told_and_never_an_all_clear(site):
    path = _emptied(site)
    monitor, orders = site.department.monitor, site.department.orders
    closed = replace(orders, unconfigured=("NO_CONFORMIDADES_DB_URL",))
    page = site.get(path, posts=(Post(monitor, closed),)).text
    assert NOTHING not in page
    assert "hace más de lo debido que no se mira" in page
    risks = next(each for each in shipped_monitors() if each.name == "riesgos")
    page = site.get(
        path, posts=(Post(monitor, orders), Post(risks, replace(closed, thresholds=risks.settings)))
    ).text
    assert NOTHING not in page
    assert f"{risks.title}: aún no se ha mirado" in page


def _feed(site, path):
    page = site.post(f"{path}/calendario", site.get(path)).text
    return re.search(r"https://sereno\.example\.com(/mi/calendario/[^<\s]+\.ics)", page)[1]


def asked_of(people):
    """Make the nonconformities' personal digest one for the people of a query, as that of a user may be."""
    plans = (replace(each, to=people, cc=None) if each.name == "tecnico" else each for each in NC.digests)
    rows = {"no_conformidades": task((1, TODAY - timedelta(days=3))), "expedientes": {}, "lanzadera": STAFF}
    return Site(Department(monitor=replace(NC, digests=tuple(plans)), registers=rows))


def test_whom_rows_name_is_noted_with_every_round_of_the_monitor_whichever_digest_is_served():
    site = asked_of("people:responsables_calidad")
    link = site.link("caro@example.com")
    before = site.store.readers.named(NC.name, "tecnico")
    site.now += timedelta(days=1)
    site.round(digest="calidad")
    assert site.store.readers.named(NC.name, "tecnico").at == site.now > before.at
    assert WHOSE not in site.get(link).text


def test_no_page_is_an_all_clear_while_the_ledger_is_newer_than_what_is_known_of_whose_it_is():
    site = asked_of("people:responsables_calidad")
    link = site.link("caro@example.com")
    site.round(digest="calidad")
    assert WHOSE not in site.get(link).text
    site.now += timedelta(days=1)
    site.department.now = site.now
    site.department.registers["no_conformidades"] = task((2, TODAY - timedelta(days=2)))
    site.department.round()  # without pages of their own: CONSOLE_URL was not set
    page = site.get(link).text
    assert WHOSE in page
    assert NOTHING not in page
    site.now += timedelta(days=1)
    site.round()
    assert WHOSE not in site.get(link).text
