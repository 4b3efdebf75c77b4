"""What the tests of the SQL store work with: runs and mail to keep, other processes, other accounts."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

from sereno.adapters.store import migrations
from sereno.domain.cadence import Period
from sereno.domain.ledger import Entry, Telling, Track
from sereno.domain.outbox import Envelope, Message
from sereno.engine.records import Run, Told

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEASE = timedelta(minutes=10)
DAY = Period("2026-11-24", NOW - timedelta(hours=2), NOW + timedelta(hours=11))


def a_run(name: str = "r1", **changes) -> Run:
    return replace(Run(name, "brass", "diario", DAY.id, "complete", NOW, NOW, 1, 1, "", sent=True), **changes)


def a_message(name: str, **changes) -> Message:
    fresh = Message(
        name, "brass/diario", "Asunto", Envelope("a@example.com", ("b@example.com",)), b"datos", NOW
    )
    return replace(fresh, **changes)


def an_entry(track: Track, **changes) -> Entry:
    today = NOW.date()
    return replace(Entry("BR-1", track, track, today, today, today, "BR-1"), **changes)


def told(track: Track, message_id: str | None = None, section: str = "BR-1") -> Told:
    today = NOW.date()
    return Told("BR-1", track, track, Telling("diario", DAY.id, section, today, today), message_id, "Fila")


def column(path: Path, query: str) -> list:
    with closing(sqlite3.connect(path)) as connection:
        return [value for (value,) in connection.execute(query)]


def make_version(connection: Connection, version: str) -> None:
    """Make the tables of an older version, as it made them."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, version)


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Lend a folder that may be looked at and not written, even where the tests run as root."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        folder.chmod(0o755 if root else 0o700)
        yield folder
    finally:
        folder.chmod(0o700)
        for each in folder.iterdir():
            each.unlink()
        folder.rmdir()


@contextmanager
def without_permission(folder: Path, mode: int) -> Iterator[None]:
    user = os.geteuid()
    folder.chmod(mode)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def child(script: str, *arguments: str) -> subprocess.Popen:
    prelude = (
        "import sys\nfrom datetime import *\nfrom sereno.adapters.store.opening import open_store\n"
        "from tests.mailing import claim\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


OPEN = "store = open_store(sys.argv[1], datetime.fromisoformat(sys.argv[2]))\n"


@contextmanager
def fresh_schema(postgres_url: str) -> Iterator[str]:
    name = f"s_{uuid.uuid4().hex}"
    server = make_url(postgres_url)
    admin = create_engine(server)
    with admin.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    try:
        yield server.update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(
            hide_password=False
        )
    finally:
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        admin.dispose()
