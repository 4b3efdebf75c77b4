"""A department whose readers have pages of their own, asked as a browser does, its codes read as mail."""

import asyncio
import re
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from itertools import count
from urllib.parse import urlencode

from tests.engine.building import TUESDAY
from tests.engine.nonconformities import STAFF, department, task
from tests.mailing import claim, settle
from tests.web.asking import Answered
from tests.web.readings import alive, reading_in_memory

from sereno.adapters.html.codes import compose_code
from sereno.adapters.mime import SenderPolicy
from sereno.adapters.registers import DepartmentRegisters
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Attempt
from sereno.domain.redaction import CODES_MAIL
from sereno.engine.rounds import PersonalLinks
from sereno.web.acting import FORM
from sereno.web.app import console
from sereno.web.guard import guarded
from sereno.web.reader_routes import is_reader
from sereno.web.reception import Reception

URL = "https://sereno.example.com"
KEY = b"k" * 32
TODAY = TUESDAY.date()
PEOPLE = STAFF


class Site:
    """Go rounds, read the mail, visit the pages."""

    def __init__(self, site=None, *, trial=False):
        self.department = site or department(
            task((1, TODAY + timedelta(days=12)), (2, TODAY - timedelta(days=3)))
        )
        self.now = TUESDAY
        self.trial = trial
        self.unwritable = False
        self.before_writing = lambda: None
        self.ids = count(1)

    @property
    def store(self):
        return self.department.store

    @property
    def noted(self):
        """Tell what readers did, oldest first."""
        return [
            (deed.who, deed.action)
            for deed in reversed(self.store.audit.deeds(self.now.replace(year=2000), 99))
        ]

    def round(self, **options):
        self.department.now = self.now
        world = self.department.world
        self.department.world = lambda: replace(world(), links=PersonalLinks(URL, lambda: KEY))
        try:
            return self.department.round(**{"digest": "tecnico", **options})
        finally:
            del self.department.world

    def link(self, address="ana@example.com", **options):
        """Go a round and return the path that its mail to somebody leads to."""
        (served,) = self.round(**options).served
        (mail,) = [each for each in served.messages if each.envelope.recipients[0] == address]
        return link_in(mail)

    def arrive(self):
        """Let the relay take what waits."""
        waiting = claim(self.store, 99, self.now, timedelta(hours=1), trial=False)
        settle(self.store, [Attempt(each.id, "accepted", "250 Ok", {}) for each in waiting], self.now)
        return waiting

    def code(self):
        """Read the code in the mail that arrives."""
        (mail,) = [each.message for each in self.arrive() if each.message.origin == CODES_MAIL]
        return re.search(r"\b\d{4} \d{4}\b", text_of(mail))[0]

    def reading(self, **changes):
        site = self.department
        clock, sources = site.world().clock, {n: site._source(n, rows) for n, rows in site.registers.items()}
        reception = Reception(
            url=URL,
            trial=self.trial,
            directory=DepartmentRegisters(sources, clock, TUESDAY.tzinfo, site.calendar).directory,
            write_store=self._write,
            compose=lambda letter: compose_code(letter, SenderPolicy("example.com")),
            new_id=lambda: f"n{next(self.ids)}",
            new_code=lambda: f"4821{next(self.ids):04}",
            new_token=lambda: f"t{next(self.ids)}-{'x' * 40}",
        )
        published = changes.pop("published", None) or alive(
            timestamp=self.now.isoformat(), valid_until=(self.now + timedelta(minutes=9)).isoformat()
        )
        return reading_in_memory(site, published, now=self.now, **({"reception": reception} | changes))

    def get(self, path, *, method="GET", host="sereno.example.com", **changes):
        return self._ask(method, path, b"", host, changes)

    def post(self, path, page=None, *, host="sereno.example.com", kind=FORM, **fields):
        """Send a form of the page, as a browser does."""
        if page is not None:
            fields["sello"] = re.search(r'name="sello" value="([^"]+)"', page.text)[1]
        return self._ask("POST", path, urlencode(fields).encode(), host, {}, kind)

    def _ask(self, method, path, body, host, changes, kind=FORM) -> Answered:
        reading = self.reading(**changes)
        app = guarded(console(lambda: reading), also=lambda h, p: is_reader(lambda: reading, h, p))
        return asyncio.run(_asked(app, method, path, body, host, kind))

    @contextmanager
    def _write(self):
        if self.unwritable:
            raise StoreUnavailable("sereno.sqlite: no admite cambios")
        self.before_writing()
        with nullcontext(self.store) as store:
            yield store


async def _asked(app, method, path, body, host, kind):
    sent = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", host.encode()),
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
        ],
        "server": ("127.0.0.1", 8765),
        "client": ("127.0.0.1", 1),
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:]))


def text_of(message, subtype="plain"):
    return message_from_bytes(message.data, policy=default).get_body((subtype,)).get_content()


def link_in(message):
    found = re.search(rf"{URL}(/mi/\S+)", text_of(message))
    return found and found[1]
