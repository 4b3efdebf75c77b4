import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, create_engine, event, insert, make_url, text
from sqlalchemy.exc import IntegrityError

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store import migrations, schema
from sereno.adapters.store.copy import copy_to_memory
from sereno.adapters.store.engine import open_engine
from sereno.adapters.store.sql import SqlStore, open_store
from sereno.domain.cadence import Period
from sereno.domain.errors import AlreadyComplete, StoreUnavailable
from sereno.domain.outbox import Delivery, Envelope, Message
from sereno.engine.ports import JobResult, Run, Store

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEASE = timedelta(minutes=10)
DAY = Period("2026-11-24", NOW - timedelta(hours=2), NOW + timedelta(hours=11))


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "var" / "sereno.sqlite"


@pytest.fixture
def url(path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def store(url) -> Iterator[SqlStore]:
    with closing(open_store(url, NOW)) as opened:
        yield opened


def a_run(name: str = "r1", **changes) -> Run:
    return replace(Run(name, "brass", "diario", DAY.id, "complete", NOW, NOW, 1, 1, "", sent=True), **changes)


def a_message(name: str, **changes) -> Message:
    fresh = Message(
        name, "brass/diario", "Asunto", Envelope("a@example.com", ("b@example.com",)), b"datos", NOW
    )
    return replace(fresh, **changes)


def column(path: Path, query: str) -> list:
    with closing(sqlite3.connect(path)) as connection:
        return [value for (value,) in connection.execute(query)]


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
def without_permission_to_write(folder: Path) -> Iterator[None]:
    user = os.geteuid()
    folder.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def child(script: str, *arguments: str) -> subprocess.Popen:
    prelude = "import sys\nfrom datetime import *\nfrom sereno.adapters.store.sql import open_store\n"
    return subprocess.Popen(
        [sys.executable, "-c", prelude + script, *arguments], stdout=subprocess.PIPE, text=True
    )


OPEN = "store = open_store(sys.argv[1], datetime.fromisoformat(sys.argv[2]))\n"


class TestFile:
    def test_a_new_store_is_readable_by_its_owner_alone(self, store, path):
        store.record(a_run(), [])
        modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
        assert modes == {0o600}

    def test_what_is_committed_is_on_disk_and_readers_do_not_wait_for_a_writer(self, store):
        with store.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1

    def test_a_path_with_signs_of_an_address_names_that_very_file(self, tmp_path):
        path = tmp_path / "año 100%#1.sqlite"
        with closing(open_store(f"sqlite:///{path}", NOW)) as store:
            assert store.made_at() == NOW
        assert path.is_file()

    def test_a_relative_path_is_taken_from_the_working_folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        open_store("sqlite:///var/sereno.sqlite", NOW).close()
        assert (tmp_path / "var" / "sereno.sqlite").is_file()
        assert copy_to_memory("sqlite:///var/sereno.sqlite", NOW + LEASE).made_at() == NOW


class TestFaults:
    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "var").write_text("un archivo")
        with pytest.raises(StoreUnavailable, match="no se puede crear"):
            open_store(f"sqlite:///{tmp_path}/var/sereno.sqlite", NOW)

    def test_a_folder_that_may_not_be_written(self):
        with (
            as_nobody() as folder,
            without_permission_to_write(folder),
            pytest.raises(StoreUnavailable, match="no se puede crear"),
        ):
            open_store(f"sqlite:///{folder}/sereno.sqlite", NOW)

    def test_a_file_that_may_not_be_written(self):
        with as_nobody() as folder:
            url = f"sqlite:///{folder}/sereno.sqlite"
            open_store(url, NOW).close()
            (folder / "sereno.sqlite").chmod(0o444)
            with (
                without_permission_to_write(folder),
                pytest.raises(StoreUnavailable, match=r"Dé permiso|no se puede"),
            ):
                open_store(url, NOW).record(a_run(), [])

    def test_a_file_that_is_not_a_database(self, path, url):
        path.parent.mkdir()
        path.write_text("Esto es una carta, no una base de datos. " * 99)
        with pytest.raises(StoreUnavailable, match="no es una base de datos"):
            open_store(url, NOW)

    def test_a_folder_in_place_of_the_file(self, path, url):
        path.mkdir(parents=True)
        with pytest.raises(StoreUnavailable, match="no se puede abrir"):
            open_store(url, NOW)

    def test_a_damaged_file(self, store, path, url):
        store.record(a_run(), [a_message("m1")])
        store.close()
        damaged = bytearray(path.read_bytes())
        damaged[4096:] = os.urandom(len(damaged) - 4096)
        path.write_bytes(damaged)
        with pytest.raises(StoreUnavailable, match="está dañado"):
            open_store(url, NOW)

    def test_a_full_disk_loses_nothing_that_was_accepted(self, store, url):
        store.record(a_run("r1"), [a_message("m1")])
        engine = open_engine(url)

        def fill(connection, _record):
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")

        event.listen(engine, "connect", fill)
        with closing(SqlStore(engine, UTC)) as full:
            with pytest.raises(StoreUnavailable, match="disco está lleno"):
                full.record(a_run("r2", period="2026-11-25"), [a_message("m2", data=bytes(100_000))])
            assert [run.id for run in full.runs_since(NOW)] == ["r1"]
            assert [message.id for message in full.pending()] == ["m1"]

    @pytest.mark.usefixtures("store")
    def test_a_store_that_another_program_locks(self, path, url):
        engine = open_engine(url)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20"))
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as other,
            closing(SqlStore(engine, UTC)) as waiting,
        ):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match="otro programa lo bloquea"):
                waiting.record(a_run(), [])
            assert waiting.runs_since(NOW) == []
            other.execute("ROLLBACK")
            waiting.record(a_run(), [])

    def test_a_file_that_vanishes_while_we_rest_is_not_an_empty_store(self, store, path):
        store.close()
        path.unlink()
        with pytest.raises(StoreUnavailable, match="no se puede abrir"):
            store.pending()

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "sqlite://",
            "sqlite:///:memory:",
            "mysql://x:secreto@h/d",
            "postgresql://x:secreto@h/d",
            "//secreto",
        ],
    )
    def test_an_address_of_another_kind_says_which_are_known_and_no_password(self, address):
        for look in (open_store, copy_to_memory):
            with pytest.raises(StoreUnavailable, match=r"sqlite:///ruta/sereno\.sqlite") as fault:
                look(address, NOW)
            assert "secreto" not in str(fault.value)

    def test_a_server_that_does_not_answer_is_named_without_its_password(self):
        with pytest.raises(StoreUnavailable, match=r"PostgreSQL sereno en 127\.0\.0\.1") as fault:
            open_store("postgresql+psycopg://x:secreto@127.0.0.1:1/sereno", NOW)
        assert "secreto" not in str(fault.value)

    @pytest.mark.external
    @pytest.mark.parametrize(
        "wrong", [{"password": "secreto"}, {"password": None}, {"username": "nadie", "password": "secreto"}]
    )
    def test_a_wrong_user_or_password(self, postgres_url, wrong):
        address = make_url(postgres_url)
        refused = URL.create(
            **{**address.translate_connect_args(), "drivername": address.drivername, **wrong}
        )
        with pytest.raises(StoreUnavailable, match="usuario o contraseña incorrectos") as fault:
            open_store(refused.render_as_string(hide_password=False), NOW)
        assert "secreto" not in str(fault.value)

    @pytest.mark.external
    def test_a_database_that_the_server_does_not_have(self, postgres_url):
        missing = make_url(postgres_url).set(database="nada")
        with pytest.raises(StoreUnavailable, match="esa base de datos no existe"):
            open_store(missing.render_as_string(hide_password=False), NOW)


class TestVersions:
    def test_the_migrations_make_the_declared_schema(self, store):
        with store.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []

    @pytest.mark.usefixtures("store")
    def test_the_migrations_make_the_declared_constraints(self, path, tmp_path):
        declared = tmp_path / "declared.sqlite"
        engine = create_engine(f"sqlite:///{declared}")
        schema.metadata.create_all(engine)
        engine.dispose()
        query = (
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version' ORDER BY name"
        )
        assert column(path, query) == column(declared, query)

    @pytest.mark.external
    def test_the_migrations_make_the_declared_schema_on_a_server(self, postgres_url):
        with (
            fresh_schema(postgres_url) as url,
            closing(open_store(url, NOW)) as store,
            store.engine.connect() as connection,
        ):
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []

    def test_the_version_that_we_expect_is_the_last_step(self):
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        script = ScriptDirectory.from_config(config)
        assert script.get_current_head() == migrations.HEAD
        steps = [step.revision for step in script.walk_revisions()]
        assert all(newer > older for newer, older in pairwise(steps))

    @pytest.mark.usefixtures("store")
    def test_a_store_of_our_version_opens_without_alembic(self, url):
        opening = child(
            OPEN + "print(store.made_at(), 'alembic' in sys.modules); store.close()", url, str(NOW)
        )
        assert opening.communicate()[0].strip() == f"{NOW} False"

    @pytest.mark.parametrize("look", [open_store, copy_to_memory])
    def test_a_newer_store_is_refused_and_left_as_it_is(self, store, path, url, look):
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreUnavailable, match="versión más nueva"):
            look(url, NOW)
        assert column(path, "SELECT version_num FROM alembic_version") == ["9999"]

    @pytest.mark.parametrize("look", [open_store, copy_to_memory])
    def test_a_database_of_something_else_is_refused_and_left_as_it_is(self, path, url, look):
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE TbEquipos (IDEquipo INTEGER)")
        with pytest.raises(StoreUnavailable, match="tablas que no son de Sereno"):
            look(url, NOW)
        assert column(path, "SELECT name FROM sqlite_master") == ["TbEquipos"]

    def test_a_store_whose_making_was_cut_short_is_made(self, path, url):
        path.parent.mkdir()
        path.touch()
        assert copy_to_memory(url, NOW + LEASE).made_at() == NOW + LEASE
        with closing(open_store(url, NOW)) as store:
            assert store.made_at() == NOW


class TestProcesses:
    def test_processes_that_start_at_once_make_one_store(self, url):
        starting = [
            child(OPEN + "print(store.made_at()); store.close()", url, f"{NOW:%Y-%m-%d}T0{n}:00+00:00")
            for n in range(5)
        ]
        told = {process.communicate()[0] for process in starting}
        assert [process.returncode for process in starting] == [0] * 5
        assert len(told) == 1

    def test_processes_that_claim_at_once_never_share_a_message(self, store, url):
        names = [f"m{number:03}" for number in range(60)]
        store.record(a_run(), [a_message(name) for name in names])
        drain = (
            "now = datetime.fromisoformat(sys.argv[2])\n"
            "while claimed := store.claim(3, now, timedelta(minutes=10)):\n"
            "    print(*[message.id for message in claimed], sep='\\n')\n"
            "store.close()"
        )
        claiming = [child(OPEN + drain, url, str(NOW)) for _ in range(3)]
        claimed = [name for process in claiming for name in process.communicate()[0].split()]
        assert sorted(claimed) == names

    def test_a_process_killed_while_sending_leaves_unknown_mail_and_says_why(self, store, path, url):
        store.record(a_run(), [a_message("m1"), a_message("m2")])
        claim = "store.claim(1, datetime.fromisoformat(sys.argv[2]), timedelta(minutes=10))\n"
        sending = child(OPEN + claim + "print('claimed', flush=True)\nsys.stdin.read()", url, str(NOW))
        assert sending.stdout.readline() == "claimed\n"
        sending.send_signal(signal.SIGKILL)
        sending.communicate()
        assert store.recover(NOW + LEASE) == 1
        assert (store.mail_summary(NOW).unknown, len(store.pending())) == (1, 1)
        assert column(path, "SELECT answer FROM messages WHERE state = 'unknown'")[0].startswith(
            "No se sabe si salió"
        )

    def test_a_process_killed_while_recording_leaves_nothing(self, store, url):
        die = (
            "import os, signal\nfrom sqlalchemy import insert\nfrom sereno.adapters.store import schema\n"
            "from sereno.adapters.store.engine import writing\n"
            "with writing(store.engine) as connection:\n"
            "    ended = {'job': 'brass', 'started_at': store.made_at(), 'ended_at': store.made_at()}\n"
            "    connection.execute(insert(schema.job_results), ended | {'code': 0, 'tail': ''})\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        child(OPEN + die, url, str(NOW)).communicate()
        assert store.job_results("brass", 9) == []
        store.record_job(JobResult("brass", NOW, NOW, 0, ""))


class TestWhatIsKept:
    def test_how_a_message_ended_is_kept_for_those_who_ask(self, store, path):
        store.record(a_run(), [a_message("m1")])
        store.claim(1, NOW, LEASE)
        store.settle([Delivery("m1", "deferred", "451 más tarde", {})], NOW)
        assert column(path, "SELECT settled_at FROM messages") == [None]
        store.claim(1, NOW, LEASE)
        store.settle([Delivery("m1", "accepted", "250 Ok", {"b@example.com": "550 no"})], NOW)
        assert column(path, "SELECT answer || attempts || refused FROM messages") == [
            '250 Ok2{"b@example.com": "550 no"}'
        ]
        assert column(path, "SELECT settled_at FROM messages") == ["2026-11-24 09:00:00.000000"]

    def test_times_are_kept_in_utc(self, store, path):
        summer = datetime.fromisoformat("2026-07-01T09:00:00+02:00")
        store.record(a_run(finished_at=summer), [])
        assert column(path, "SELECT finished_at FROM runs") == ["2026-07-01 07:00:00.000000"]

    def test_a_message_belongs_to_a_run(self, store):
        orphan = {
            "id": "m",
            "run_id": "nobody",
            "origin": "",
            "subject": "",
            "sender": "",
            "recipients": [],
            "data": b"",
        }
        with store.engine.connect() as connection, pytest.raises(IntegrityError, match="FOREIGN KEY"):
            connection.execute(insert(schema.messages), [orphan | {"queued_at": NOW, "state": "queued"}])


class TestCopy:
    def test_an_absent_store_is_an_empty_copy_made_now_and_is_not_made(self, url, path):
        copy = copy_to_memory(url, NOW)
        assert (copy.made_at(), copy.runs_since(NOW), copy.pending()) == (NOW, [], [])
        assert not path.parent.exists()

    def test_a_copy_knows_what_the_store_knows(self, store, url):
        store.open_period("brass", "diario", DAY)
        store.record(a_run("r1"), [a_message("m1"), a_message("m2", queued_at=NOW - LEASE), a_message("m3")])
        store.record(a_run("r2", forced=True), [a_message("m4", queued_at=NOW + LEASE)])
        store.settle([Delivery(store.claim(1, NOW, LEASE)[0].id, "dead", "550 no", {})], NOW)
        store.claim(1, NOW, LEASE)
        copy = copy_to_memory(url, NOW + LEASE)
        for ask in (
            lambda each: each.made_at(),
            lambda each: each.opened_periods("brass", "diario", NOW),
            lambda each: each.runs("brass", "diario", DAY.id),
            lambda each: each.last_run("brass", "diario"),
            lambda each: each.mail_summary(NOW),
            lambda each: each.recover(NOW + LEASE),
            lambda each: each.pending(),
        ):
            assert ask(copy) == ask(store)

    def test_what_is_done_to_a_copy_leaves_the_store_byte_for_byte(self, store, url, path):
        store.record(a_run(), [a_message("m1")])
        store.close()
        before = path.read_bytes()
        copy = copy_to_memory(url, NOW)
        copy.claim(1, NOW, LEASE)
        copy.record(a_run("r2", state="blind"), [])
        assert path.read_bytes() == before
        assert {each.name for each in path.parent.iterdir()} <= {
            path.name,
            f"{path.name}-shm",
            f"{path.name}-wal",
        }

    def test_a_copy_is_made_while_somebody_writes_and_sees_no_half_of_it(self, store, url):
        store.record(a_run("r1"), [])
        with store.engine.connect() as connection, connection.execution_options(writes=True).begin():
            connection.execute(text("DELETE FROM runs"))
            assert [run.id for run in copy_to_memory(url, NOW).runs_since(NOW)] == ["r1"]

    def test_a_store_that_cannot_be_read_is_not_an_empty_copy(self, path, url):
        path.parent.mkdir()
        path.write_text("Esto es una carta, no una base de datos. " * 99)
        with pytest.raises(StoreUnavailable, match="no es una base de datos"):
            copy_to_memory(url, NOW)

    def test_a_server_that_does_not_answer_is_not_an_empty_copy(self):
        with pytest.raises(StoreUnavailable, match="PostgreSQL"):
            copy_to_memory("postgresql+psycopg://x@127.0.0.1:1/sereno", NOW)

    @pytest.mark.usefixtures("store")
    def test_an_engine_that_only_reads_cannot_write(self, url):
        with (
            closing(SqlStore(open_engine(url, read_only=True), UTC)) as reader,
            pytest.raises(StoreUnavailable, match="solo lectura"),
        ):
            reader.record(a_run(), [])

    @pytest.mark.external
    def test_a_server_is_copied_without_writing(self, postgres_url):
        with fresh_schema(postgres_url) as url:
            assert copy_to_memory(url, NOW + LEASE).made_at() == NOW + LEASE
            with closing(open_store(url, NOW)) as store:
                store.record(a_run(), [a_message("m1")])
                assert copy_to_memory(url, NOW + LEASE).pending() == store.pending()
            with (
                closing(SqlStore(open_engine(url, read_only=True), UTC)) as reader,
                pytest.raises(StoreUnavailable, match="solo permite leer"),
            ):
                reader.record(a_run("r2", state="blind"), [])


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


NAMES = st.sampled_from(["m1", "m2", "m3"])
MOMENTS = st.integers(0, 30).map(lambda minutes: NOW + timedelta(minutes=minutes))
STATES = st.sampled_from(
    [{}, {"state": "blind"}, {"state": "unaddressed"}, {"trial": True}, {"forced": True}]
)
VERDICTS = st.sampled_from(["accepted", "diverted", "deferred", "dead", "unknown"])
STEPS = st.one_of(
    st.tuples(st.just("record"), st.sampled_from("rstuv"), STATES, MOMENTS, st.lists(NAMES, max_size=2)),
    st.tuples(st.just("claim"), st.integers(0, 3), MOMENTS),
    st.tuples(st.just("settle"), st.lists(st.tuples(NAMES, VERDICTS), max_size=3), MOMENTS),
    st.tuples(st.just("release"), st.lists(NAMES, max_size=2)),
    st.tuples(st.just("recover"), MOMENTS),
)


def take(store: Store, step: tuple) -> object:
    match step:
        case "record", name, changes, moment, mail:
            run = a_run(name, finished_at=moment, **changes)
            try:
                store.record(run, [a_message(each, queued_at=moment) for each in mail])
            except (AlreadyComplete, StoreUnavailable) as error:
                return type(error)
        case "claim", limit, moment:
            return store.claim(limit, moment, LEASE)
        case "settle", ends, moment:
            store.settle([Delivery(name, verdict, "", {}) for name, verdict in ends], moment)
        case "release", names:
            store.release(names)
        case "recover", moment:
            return store.recover(moment)
    return None


@settings(deadline=None, max_examples=60)
@given(steps=st.lists(STEPS, max_size=12))
def test_the_store_in_memory_and_the_one_on_disk_never_differ(steps):
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{folder}/s", NOW)) as on_disk,
    ):
        in_memory = MemoryStore(NOW)
        for step in steps:
            assert take(in_memory, step) == take(on_disk, step)
            assert in_memory.mail_summary(NOW) == on_disk.mail_summary(NOW)
            assert in_memory.pending() == on_disk.pending()
            assert in_memory.runs_since(NOW) == on_disk.runs_since(NOW)
            assert in_memory.last_run("brass", "diario") == on_disk.last_run("brass", "diario")
