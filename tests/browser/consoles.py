"""Consoles to walk through: a real process on an estate, or pages of a reading in memory over real HTTP."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from threading import Thread
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import uvicorn
from tests.acceptance.installation import Installation
from tests.web.readings import reading_on_disk

from sereno.engine.access import User
from sereno.web.app import console
from sereno.web.catalogue_operate import UNDER_WAY
from sereno.web.guard import guarded
from sereno.web.serving import open_socket

SECRET = "doce caracteres"
OPERATOR, READER = "ana", "luis"
USERS = {OPERATOR: "operate", READER: "read"}


def add_users(installation: Installation) -> None:
    """Let one who operates and one who reads into an installation's console."""
    reading = reading_on_disk(installation)
    with reading.change() as store:
        for name, role in USERS.items():
            store.access.add_user(User(name, role, reading.passwords.hashed(SECRET), reading.now()))


@contextmanager
def started(installation: Installation) -> Iterator[str]:
    """Run the console of an installation's demo as its operators do; lend its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sereno", "console", "--port", "0"],
        env=installation.environ(SERENO_ENV_FILE=str(installation.demo / "demo.env")),
        cwd=installation.home,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield re.search(r"http://\S+", process.stdout.readline())[0].rstrip("/")
        finally:
            process.kill()


@contextmanager
def answering(reading, terms=None) -> Iterator[str]:
    """Serve the pages of one reading from this process; lend their address."""
    listener = open_socket("127.0.0.1", 0, known=True)
    config = uvicorn.Config(
        guarded(console(lambda: reading, terms)), log_config=None, access_log=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    with listener:
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def entered(url: str, name: str) -> OpenerDirector:
    """Enter without a browser, to find out what there is to look at."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    form = urlencode({"usuario": name, "clave": SECRET}).encode()
    with opener.open(f"{url}/entrar", form, timeout=30) as answer:
        assert answer.status == 200
    return opener


def have_done(url: str, opener: OpenerDirector, *what: str, **fields: str) -> None:
    """Have a job rehearsed or run, for what is shown of that, and wait until it has ended."""
    action = "/".join(("/operar", *what))
    with opener.open(f"{url}/operar", timeout=30) as answer:
        shown = re.search(rf'<form[^>]*action="{action}".*?</form>', answer.read().decode(), re.DOTALL)[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    form = urlencode({**hidden, **fields}).encode()
    with opener.open(url + action, form, timeout=30) as answer:
        address, page = answer.url, answer.read().decode()
    deadline = time.monotonic() + 120
    while UNDER_WAY in page:
        assert time.monotonic() < deadline, page
        time.sleep(0.2)
        with opener.open(address, timeout=30) as answer:
            page = answer.read().decode()
