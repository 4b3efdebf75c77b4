"""Status file, logs, preview and clock: the small edges of the house."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.engine.building import MADRID, TUESDAY, Department

from sereno.adapters.clock import StopSignal, SystemClock
from sereno.adapters.logs import open_log
from sereno.adapters.memory import MemoryClock, MemoryLog
from sereno.adapters.preview import PreviewFolder
from sereno.adapters.status import StatusFile
from sereno.domain.errors import RelayUnavailable


def test_the_status_file_replaces_what_was_there_and_leaves_nothing_else(tmp_path):
    file = StatusFile(tmp_path / "logs/status.json", MemoryLog())
    file.publish({"n": 1, "día": "sí"})
    file.publish({"n": 2})
    assert json.loads((tmp_path / "logs/status.json").read_text("utf-8")) == {"n": 2}
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["status.json"]


def test_a_status_that_cannot_be_written_is_logged_and_stops_nothing(tmp_path):
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = MemoryLog()
    StatusFile(tmp_path / "logs/status.json", lambda: log).publish({})
    assert [event.name for event in log.events] == ["status.unwritten"]


def test_an_event_is_one_line_in_text_and_in_json(tmp_path):
    for form in ("text", "json"):
        log = open_log(f"t-{form}", "INFO", form, MemoryClock(TUESDAY), file=tmp_path / form)
        log.info("run.complete", why="dos\nlíneas", findings=3)
        log.debug("not.at.this.level")
        try:
            raise ValueError("inesperado")  # noqa: TRY301
        except ValueError:
            log.exception("cycle.failed")
    text = (tmp_path / "text").read_text("utf-8").splitlines()
    assert len(text) == 2
    assert text[0].startswith("timestamp=2026-11-24T09:00:00")
    assert "event=run.complete" in text[0]
    events = [json.loads(line) for line in (tmp_path / "json").read_text("utf-8").splitlines()]
    assert [event["event"] for event in events] == ["run.complete", "cycle.failed"]
    assert events[0]["why"] == "dos\nlíneas"
    assert "inesperado" in events[1]["exception"]


def test_a_log_that_cannot_be_written_goes_to_standard_error(tmp_path, capsys):
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = open_log("t-full", "INFO", "text", MemoryClock(TUESDAY), file=tmp_path / "logs/x.log")
    log.error("rule.blind")
    told = capsys.readouterr().err
    assert "No se puede escribir" in told
    assert "event=rule.blind" in told


def test_a_preview_shows_each_message_to_its_owner_alone(tmp_path):
    (served,) = Department().round().served
    (path,) = PreviewFolder(tmp_path / "p").show(served.messages)
    assert path.suffix == ".html"
    names = sorted(path.name for path in (tmp_path / "p").iterdir())
    assert names == ["001-brass-diario.eml", "001-brass-diario.html", "001-brass-diario.txt"]
    assert (tmp_path / "p").stat().st_mode & 0o077 == 0


def test_a_preview_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "p").write_text("a file where the folder should be")
    (served,) = Department().round().served
    with pytest.raises(RelayUnavailable, match="vista previa"):
        list(PreviewFolder(tmp_path / "p").show(served.messages))


def test_a_preview_of_anybody_s_mail_runs_nothing_and_fetches_nothing(tmp_path):
    hostile = b"Subject: <b>\r\nContent-Type: text/html\r\n\r\n<script>alert('x')</script><img src=http://x/>"
    mail, page = PreviewFolder(tmp_path / "p").keep("correos-1/../x", hostile)
    assert (mail.read_bytes(), mail.parent, page.parent) == (hostile, tmp_path / "p", tmp_path / "p")
    text = page.read_text("utf-8")
    assert '<iframe sandbox=""' in text
    assert "default-src 'none'" in text
    assert "<script>" not in text


def test_the_clock_tells_the_zone_s_time_and_can_be_behind():
    stop = StopSignal()
    now = SystemClock(MADRID, stop).now()
    assert now.tzinfo == MADRID
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)
    behind = SystemClock(ZoneInfo("America/Lima"), stop, timedelta(hours=3)).now()
    assert abs(datetime.now(UTC) - behind - timedelta(hours=3)) < timedelta(seconds=5)


def test_a_rest_ends_at_once_when_a_stop_was_asked_for():
    stop = StopSignal()
    clock = SystemClock(MADRID, stop)
    assert not clock.rest(0.01)
    stop.event.set()
    assert clock.rest(3600)
    assert stop.requested
