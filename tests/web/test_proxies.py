"""A proxy on the console's own machine: whom it brings is from afar, and what it adds is its own word."""

from base64 import b64encode
from datetime import timedelta
from ipaddress import ip_network

import pytest
from tests.web.asking import ask
from tests.web.readings import NOW, broken_store, reading_in_memory
from tests.web.visiting import SECRET, department_with, house

from sereno.domain.access import TRIES
from sereno.domain.errors import Fault, SettingsError
from sereno.web.entrance import Terms
from sereno.web.guard import LOCAL_NAMES

ANA = ("ana", "operate")
PUBLIC = "sereno.example.com"
HERE = Terms(
    loopback=True, proxy_header="X-Remote-User", proxies=(ip_network("127.0.0.1/32"),), public=PUBLIC
)


def asked(reading, address, *headers, afar="203.0.113.9", **how):
    """Ask through the proxy, for somebody afar."""
    came_from = ("x-forwarded-for", afar)
    how = {"host": PUBLIC, "terms": HERE, "names": LOCAL_NAMES | {PUBLIC}, **how}
    return ask(reading, address, headers=[came_from, *headers], **how)


@pytest.mark.parametrize("named", [(), (("x-remote-user", "nadie"),), (("x-remote-user", "ana"),)])
@pytest.mark.parametrize("address", ["/", "/api/v1/status", "/hallazgos", "/api/v1/findings"])
def test_while_the_store_cannot_be_read_who_comes_by_a_proxy_on_this_machine_is_told_nothing_of_it(
    address, named
):
    answer = asked(house(ANA, look_at_store=broken_store), address, *named)
    assert answer.status == 503
    assert "no se sabe quién puede entrar" in answer.text
    assert "dañado" not in answer.text


def test_nor_is_who_sends_a_form_or_a_password():
    reading = house(ANA, look_at_store=broken_store, change=broken_store)
    for answer in (
        asked(reading, "/entrar", form={"usuario": "ana", "clave": "x"}),
        asked(reading, "/operar/correo/retener", form={"motivo": "x"}),
        asked(reading, "/api/v1/status", ("authorization", "Basic YW5hOng=")),
    ):
        assert answer.status == 503
        assert "dañado" not in answer.text


def test_what_is_wrong_with_the_settings_is_told_to_nobody_from_afar():
    def faulty():
        raise SettingsError((Fault("SMTP_HOST", "x y", "un servidor"),))

    reading = house(ANA, calendar=faulty)
    for answer, told in ((asked(reading, "/hallazgos"), False), (ask(reading, "/hallazgos"), True)):
        assert (answer.status, "SMTP_HOST" in answer.text) == (503, told)


def test_who_asks_is_the_address_that_the_proxy_adds_be_it_in_a_line_of_its_own():
    reading = house(ANA)
    form = {"usuario": "ana", "clave": "no es la suya"}
    for at in range(TRIES + 1):
        invented = {"afar": f"198.51.100.{at}"}
        answer = asked(reading, "/entrar", ("x-forwarded-for", "203.0.113.9"), form=form, **invented)
        assert answer.status == (429 if at == TRIES else 403)
    assert asked(reading, "/entrar", form=form, afar="198.51.100.0").status == 403


@pytest.mark.parametrize(("named", "status"), [("ana", 200), ("nadie", 401)])
def test_a_password_that_the_proxy_itself_asked_for_is_not_tried_on_our_users(named, status):
    department = department_with(ANA)
    theirs = (("x-remote-user", named), ("authorization", "Basic YW5hOmxhIGRlbCBwcm94eQ=="))
    for _ in range(TRIES + 1):
        assert asked(reading_in_memory(department), "/api/v1/status", *theirs).status == status
    assert department.store.audit.refusals(NOW - timedelta(days=1)) == []


def test_where_the_proxy_names_nobody_a_program_says_who_it_is():
    right, wrong = (f"ana:{SECRET}", 200), ("ana:no es la suya", 401)
    for given, status in (right, wrong):
        basic = ("authorization", f"Basic {b64encode(given.encode()).decode()}")
        assert asked(house(ANA), "/api/v1/status", basic).status == status
