import json
import stat
import sys
from datetime import UTC, datetime

import pytest

from sereno.adapters.folder import MailFolder
from sereno.adapters.memory import MemoryJournal
from sereno.domain.errors import RelayUnavailable
from sereno.domain.outbox import Envelope, Message, deliveries_of


def mail(name="uno", data=b"Subject: Aviso\r\n\r\nHola\r\n.\r\n"):
    envelope = Envelope("brass@example.com", ("ana@example.com", "jefa@example.com"))
    day = datetime(2026, 3, 12, 8, 30, tzinfo=UTC)
    return Message(name, "brass/equipos", "Aviso", envelope, data, day)


def keep(path, *messages, verdict="accepted", journal=None, at_most=100):
    deliveries = [each for message in messages for each in deliveries_of(message, at_most)]
    return list(MailFolder(path, verdict).deliver(deliveries, journal or MemoryJournal("prueba")))


def names(path):
    return sorted(each.name for each in path.iterdir())


def test_a_file_holds_exactly_the_bytes_of_the_message(tmp_path):
    keep(tmp_path, mail())
    (kept,) = tmp_path.glob("*.eml")
    assert kept.read_bytes() == mail().data


def test_the_name_tells_the_date_the_origin_and_the_id(tmp_path):
    keep(tmp_path, mail("0195a3c2"))
    stem = "2026-03-12_083000_brass-equipos_0195a3c2"
    assert names(tmp_path) == [f"{stem}.eml", f"{stem}.json"]


def test_the_envelope_lies_beside_it_with_the_blind_copies(tmp_path):
    keep(tmp_path, mail())
    (envelope,) = tmp_path.glob("*.json")
    assert json.loads(envelope.read_text(encoding="utf-8")) == {
        "sender": "brass@example.com",
        "recipients": ["ana@example.com", "jefa@example.com"],
    }


@pytest.mark.parametrize("verdict", ["accepted", "diverted"])
def test_the_demo_accepts_and_the_trial_diverts(tmp_path, verdict):
    attempts = keep(tmp_path, mail("uno"), mail("dos"), verdict=verdict)
    assert [(each.delivery_id, each.verdict) for each in attempts] == [("uno", verdict), ("dos", verdict)]
    assert str(tmp_path) in attempts[0].answer


def test_each_delivery_of_a_message_is_a_file_with_its_own_recipients(tmp_path):
    keep(tmp_path, mail(), at_most=1)
    assert len(list(tmp_path.glob("*.eml"))) == 2
    told = [
        json.loads(each.read_text(encoding="utf-8"))["recipients"] for each in sorted(tmp_path.glob("*.json"))
    ]
    assert sorted(told) == [["ana@example.com"], ["jefa@example.com"]]


def test_the_journal_knows_how_it_ended_and_nothing_is_ever_in_doubt(tmp_path):
    journal = MemoryJournal("prueba")
    (attempt,) = keep(tmp_path, mail(), journal=journal)
    assert journal.told["uno"].ended == attempt
    (tmp_path / "2026-03-12_083000_brass-equipos_dos.eml").mkdir()
    with pytest.raises(RelayUnavailable):
        keep(tmp_path, mail("dos"), journal=journal)
    assert "dos" not in journal.told


def test_the_same_message_twice_is_one_file(tmp_path):
    keep(tmp_path, mail(), mail())
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_the_folder_is_made_when_there_is_mail_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "var" / "mail"
    assert keep(path) == []
    assert not path.exists()
    keep(path, mail())
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert {stat.S_IMODE(each.stat().st_mode) for each in path.iterdir()} == {0o600}


def test_a_folder_that_cannot_be_is_the_relays_fault(tmp_path):
    (tmp_path / "mail").write_text("a file stands here")
    with pytest.raises(RelayUnavailable, match="MAIL_DIR"):
        keep(tmp_path / "mail", mail())


def test_a_file_that_cannot_be_written_leaves_no_half_of_it(tmp_path):
    (tmp_path / "2026-03-12_083000_brass-equipos_uno.eml").mkdir()
    with pytest.raises(RelayUnavailable, match="No se puede guardar el correo"):
        keep(tmp_path, mail())
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]
