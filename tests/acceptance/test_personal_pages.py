"""A reader's whole walk: the mail, the page, the code, the snooze, the calendar; over real HTTP and SMTP."""

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from icalendar import Calendar
from tests.acceptance.installation import Installation
from tests.smtp_server import smtp_server

HOST = "sereno.example.com"
URL = f"http://{HOST}"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Walk:
    def __init__(self, installation, box):
        self.installation, self.box, self.port = installation, box, 0
        self.settings = {"SERENO_ENV_FILE": str(installation.demo / "demo.env")}

    def sereno(self, *arguments):
        done = self.installation.sereno(*arguments, **self.settings)
        assert done.code == 0, done.out + done.err
        return done.out

    def mails(self):
        """Deliver what waits; return what has arrived since the last time, each with its only reader."""
        self.box.received.clear()
        self.sereno("deliver")
        return [
            (each.recipients, message_from_bytes(each.data, policy=default)) for each in self.box.received
        ]

    def ask(self, path, fields=None, page="", host=HOST):
        if fields is not None:
            seal = re.search(r'name="sello" value="([^"]+)"', page)[1]
            fields = urllib.parse.urlencode({**fields, "sello": seal}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", fields, {"Host": host})
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=30) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    @contextmanager
    def console(self):
        process = subprocess.Popen(
            [sys.executable, "-m", "sereno", "console", "--port", "0"],
            env=self.installation.environ(**self.settings),
            cwd=self.installation.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        with process:
            try:
                self.port = int(re.search(r":(\d+)/", process.stdout.readline())[1])
                yield
                process.send_signal(signal.SIGTERM)
                self.said = "".join(process.communicate(timeout=30))
            finally:
                process.kill()


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


@pytest.fixture
def walk(tmp_path):
    installation = Installation(tmp_path)
    file = installation.make_demo()
    lines = [
        line for line in file.read_text("utf-8").splitlines() if not line.startswith(("SERENO_DEMO", "MAIL_"))
    ]
    with smtp_server() as box:
        more = (
            f"CONSOLE_URL={URL}/",
            "SMTP_HOST=localhost",
            f"SMTP_PORT={box.port}",
            "SMTP_SECURITY=none",
            "MAIL_DOMAIN=example.com",
            "MAIL_DIGEST_HOURS=siempre",
        )
        file.write_text("\n".join([*lines, *more]) + "\n", "utf-8")
        yield Walk(installation, box)


@pytest.mark.long
def test_a_reader_puts_a_finding_off_and_subscribes_to_a_calendar(walk):
    walk.sereno("job", "riesgos", "--force", "--digest", "tecnico")
    linked = {to: re.search(rf"{URL}(/mi/\S+)", text_of(mail)) for to, mail in walk.mails()}
    assert linked
    copies = [to for to, found in linked.items() if found is None]
    readers = {to[0]: found[1] for to, found in linked.items() if found is not None}
    assert len(readers) == len(linked) - len(copies)
    with walk.console():
        for path in readers.values():
            status, page, headers = walk.ask(path)
            assert (status, headers["Referrer-Policy"]) == (200, "no-referrer")
            if found := re.search(rf'href="({path}/hallazgo/\w+)"', page):
                break
        (reader,) = (to for to, each in readers.items() if each == path)
        _, form, _ = walk.ask(found[1])
        until = date.fromisoformat(re.search(r'min="([\d-]+)"', form)[1]) + timedelta(days=1)
        asked = {"hasta": until.isoformat(), "motivo": "Espera al laboratorio"}
        status, _, headers = walk.ask(found[1], asked, form)
        assert status == 303
        ((to, mail),) = walk.mails()
        assert to == (reader,)
        code = re.search(r"\b\d{4} \d{4}\b", text_of(mail))[0]
        place = headers["Location"]
        _, page, _ = walk.ask(place)
        assert walk.ask(place, {"codigo": "0000 0000"}, page)[0] == 422
        assert walk.ask(place, {"codigo": code}, page)[0] == 303
        assert f"{until:%d/%m/%Y}" in walk.ask(path)[1]
        assert "Espera al laboratorio" not in walk.ask(path)[1]
        status, made, _ = walk.ask(f"{path}/calendario", {}, walk.ask(path)[1])
        feed = re.search(rf"{URL}(/mi/calendario/[^<\s]+\.ics)", made)[1]
        status, calendar, headers = walk.ask(feed)
        assert (status, headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert Calendar.from_ical(calendar).walk("VEVENT")
        assert walk.ask("/", host=HOST)[0] == 421
        revoked = walk.sereno("people", "--revoke", reader)
        assert "y su calendario" in revoked
        assert (walk.ask(path)[0], walk.ask(feed)[0]) == (404, 404)
    walk.sereno("job", "riesgos", "--force", "--digest", "tecnico")
    after = [text_of(mail) for to, mail in walk.mails() if to == (reader,)]
    assert "Espera al laboratorio" in " ".join(after[0].split())
    assert walk.said == ""
    _nobody_was_shown_the(
        walk, reader, [path.removeprefix("/mi/"), feed.split("/")[-1].removesuffix(".ics"), code]
    )


def _nobody_was_shown_the(walk, reader, secrets):
    """Look for what is the reader's alone in whatever operators read."""
    logs = "".join(file.read_text("utf-8") for file in (walk.installation.home / "logs").rglob("*.log*"))
    listed = walk.sereno("mail", "list", "--state", "accepted", "--json")
    for name in [each["id"] for each in json.loads(listed) if each["recipients"] == [reader]]:
        listed += walk.sereno("mail", "show", name)
        walk.sereno("mail", "preview", name, "--output", str(walk.installation.home / "vista"))
    shown = [file.read_bytes() for file in (walk.installation.home / "vista").iterdir()]
    assert shown
    for secret in secrets:
        assert secret not in logs + listed
        assert all(secret.encode() not in each.replace(b"=\n", b"").replace(b"=\r\n", b"") for each in shown)
