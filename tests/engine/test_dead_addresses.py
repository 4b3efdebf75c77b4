"""An address that the relay refuses for good: what was told there is told again, to somebody who hears."""

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from tests.engine.building import PEOPLE, TUESDAY, Department, equipment
from tests.engine.nonconformities import department, task
from tests.engine.post_office import an_office
from tests.smtp_server import smtp_server

from sereno.adapters.smtp import SmtpRelay
from sereno.adapters.smtp_connection import SmtpAccount
from sereno.domain.refusals import REFUSAL_LASTS
from sereno.engine.deliver import deliver

ANA, JEFA = "ana@example.com", "jefa@example.com"
GONE = "550 5.1.1 no such user"
OVERDUE = TUESDAY.date() - timedelta(days=3)


@dataclass
class Relay:
    """Deliver a department's mail to a real server."""

    box: object

    def deliver(self, site):
        account = SmtpAccount("localhost", self.box.port, "none", None, None, None, 5.0)
        return deliver(an_office(site.store, SmtpRelay(account), site.now, log=site.log), site.store)


@pytest.fixture
def relay():
    with smtp_server() as box:
        yield Relay(box)


def technical(site, **options):
    (served,) = site.round(digest="tecnico", **options).served
    return served


def text(message):
    """Read a mail's text part as one line."""
    part = message_from_bytes(message.data, policy=default).get_body(("plain",))
    return " ".join(part.get_content().split())


def test_what_died_at_a_dead_address_is_told_again_to_the_fallback_saying_for_whom(relay):
    relay.box.refusals = {ANA: GONE, JEFA: "550 5.7.1 not today"}
    site = department(task((1, OVERDUE)))
    technical(site)
    assert relay.deliver(site).ended == {"dead": 1}
    (message,) = technical(site.at(9, day=25)).messages
    assert message.envelope.recipients == site.operators  # the administrator's mailbox was refused as well
    assert "Sin destinatario" in text(message)
    assert "el servidor de correo rechazó su dirección" in text(message)
    assert "Ana Prado" in text(message)


def test_the_other_readers_of_a_message_do_not_make_its_owner_heard(relay):
    relay.box.refusals = {ANA: GONE}
    site = department(task((1, OVERDUE)))
    technical(site)
    assert relay.deliver(site).refused == 1
    (message,) = technical(site.at(9, day=25)).messages
    assert message.envelope.recipients == (JEFA,)
    assert "Sin destinatario" in text(message)
    assert "Tarea 1" in text(message)
    assert relay.deliver(site).ended == {"accepted": 1}
    assert [received.recipients for received in relay.box.received] == [(JEFA,), (JEFA,)]


def test_after_a_week_the_address_is_tried_again_and_may_have_been_mended(relay):
    relay.box.refusals = {ANA: GONE}
    site = department(task((1, OVERDUE)))
    technical(site)
    relay.deliver(site)
    relay.box.refusals = {}
    site.now = TUESDAY + REFUSAL_LASTS + timedelta(days=1)
    (message,) = technical(site, force=True).messages
    assert message.envelope.recipients[0] == ANA
    assert relay.deliver(site).ended == {"accepted": 1}
    assert site.store.refused_addresses(TUESDAY) == frozenset()


def test_a_role_all_of_whose_mailboxes_are_refused_is_told_through_the_operators(relay):
    relay.box.refusals = {ANA: GONE}
    site = Department(registers={"brass": equipment(caducado=-3), "lanzadera": PEOPLE})
    site.round()
    assert relay.deliver(site).ended == {"dead": 1}
    (served,) = site.at(9, day=25).round().served
    (message,) = served.messages
    assert message.envelope.recipients == site.operators
    assert "Ana Prado: el servidor de correo rechazó su dirección" in text(message)
    assert "NUEVO" not in text(message)  # nobody has been told of anything yet: it is still the first


def test_a_fixed_address_that_is_refused_is_replaced_by_the_operators(relay):
    relay.box.refusals = {"equipos@example.com": GONE}
    site = Department(audience="equipos@example.com")
    site.round()
    relay.deliver(site)
    (served,) = site.at(9, day=25).round().served
    assert served.messages[0].envelope.recipients == site.operators
    assert "equipos@example.com: el servidor de correo rechazó su dirección" in text(served.messages[0])
