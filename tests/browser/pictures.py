"""The pictures of the console that the docs show, taken of the demo on a day that never changes.

`make pictures` takes them anew: python -m tests.browser.pictures
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from PIL import Image
from tests.acceptance.installation import ROOT, Installation
from tests.browser.chromium import opened
from tests.browser.consoles import OPERATOR, add_users, answering
from tests.browser.looks import DESKTOP, PHONE, enter
from tests.web.readings import reading_on_disk

from sereno.adapters.demo.estate import make_estate
from sereno.bootstrap.mail import open_post_office
from sereno.bootstrap.opening import open_site
from sereno.engine.deliver import deliver
from sereno.engine.master import MAIL_JOB
from sereno.engine.records import JobResult
from sereno.engine.standing import Published
from sereno.engine.watch import Request, watch

IMAGES = ROOT / "docs/images"
LARGEST = 150_000
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=ZoneInfo("Europe/Madrid"))
DAYS = 15
"""Days before that one on which rounds were gone."""
BLIND_DAY = 8
"""How many days before, the register of equipment could not be read."""
SHOTS = {
    "console-hoy.png": ("/", DESKTOP, "light"),
    "console-rondas.png": ("/rondas/2026", DESKTOP, "light"),
    "console-phone.png": ("/", PHONE, "dark"),
}


def live_through(installation: Installation) -> None:
    """Let rounds be gone and mail be sent on each working day up to the one that is shown."""
    make_estate(installation.demo, NOW)
    for back in range(DAYS, -1, -1):
        at = NOW.replace(hour=7, minute=30) - timedelta(days=back)
        if at.weekday() < 5:
            register = installation.demo / "brass.sqlite"
            hidden = register.with_suffix(".away")
            if back == BLIND_DAY:
                register.rename(hidden)
            _live(installation, at)
            if back == BLIND_DAY:
                hidden.rename(register)


def _live(installation: Installation, at: datetime) -> None:
    environ = installation.environ(SERENO_ENV_FILE=str(installation.demo / "demo.env"))
    site = open_site("run", at=at, environ=environ)
    with site.open_store() as store:
        for post in site.posts():
            log = site.log(post.monitor.name, echo=False)
            report = watch(post.monitor, Request(), post.orders, site.world(store, log))
            ended = at + timedelta(seconds=4)
            store.record_job(JobResult(post.monitor.name, at, ended, int(report.needs_a_person), ""))
        with open_post_office(site, store, site.log("correo", echo=False)) as office:
            deliver(office, store)
        store.record_job(JobResult(MAIL_JOB, at, at + timedelta(seconds=2), 0, ""))


@contextmanager
def on_that_day(installation: Installation) -> Iterator[str]:
    """Serve the console as it stood then, with its master at rest; lend its address."""
    status = {
        "running": True,
        "timestamp": (NOW - timedelta(minutes=1)).isoformat(),
        "valid_until": (NOW + timedelta(minutes=9)).isoformat(),
        "next_cycle_at": (NOW + timedelta(minutes=4)).isoformat(),
    }
    reading = replace(
        reading_on_disk(installation), now=lambda: NOW, published=lambda: Published(status, here=True)
    )
    with answering(reading) as url:
        yield url


def take(folder: Path) -> None:
    """Take every picture anew, small enough to be shown in a page."""
    with TemporaryDirectory() as home:
        installation = Installation(Path(home))
        live_through(installation)
        add_users(installation)
        with on_that_day(installation) as url, opened() as browser:
            for name, (address, size, scheme) in SHOTS.items():
                with browser.new_context(viewport=size, color_scheme=scheme, locale="es-ES") as context:
                    page = enter(context, url, OPERATOR)
                    page.goto(url + address)
                    (folder / name).write_bytes(reduced(page.screenshot()))


def reduced(png: bytes) -> bytes:
    """Write a picture with 128 colours: a page has no more."""
    small = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(128).save(small, "PNG", optimize=True)
    assert small.tell() <= LARGEST, f"{small.tell()} bytes are too many for a page"
    return small.getvalue()


if __name__ == "__main__":
    take(IMAGES)
