"""The console as operators start it: a process, a port, a browser's request."""

import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import pytest
from tests.acceptance.installation import Installation

from sereno.adapters.store.migrations import HEAD

EXTRA = ("fastapi", "starlette", "uvicorn", "prometheus_client", "argon2", "icalendar", "sereno.web")


PASSWORD = "una contraseña larga"


def demo_of(installation):
    return {"SERENO_ENV_FILE": str(installation.demo / "demo.env")}


@contextmanager
def started(installation, *arguments):
    """Start the console on the installation's demo; whatever happens, it is gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sereno", "console", "--port", "0", *arguments],
        env=installation.environ(SERENO_ENV_FILE=str(installation.demo / "demo.env")),
        cwd=installation.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def address(process):
    return re.search(r"http://\S+", process.stdout.readline())[0]


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_console_serves_until_it_is_stopped_and_then_ends_well(served_once, how):
    with started(served_once) as process:
        url = address(process)
        status, page = fetch(url)
        assert status == 200
        assert "Sereno está parado desde" in page
        status, health = fetch(f"{url}healthz")
        assert (status, json.loads(health)["healthy"]) == (503, False)
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_stop_asked_for_while_it_starts_is_not_lost(served_once):
    with started(served_once) as process:
        address(process)
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_settings_that_change_are_seen_without_a_new_start(served):
    with started(served) as process:
        url = address(process)
        assert "brass: sin configurar" not in fetch(url)[1]
        settings = served.demo / "demo.env"
        lines = settings.read_text("utf-8").splitlines()
        settings.write_text("\n".join(line for line in lines if "BRASS_DB_URL" not in line), "utf-8")
        assert "brass: sin configurar" in fetch(url)[1]
        settings.write_text("SMTP_PORT=x\n", "utf-8")
        status, page = fetch(url)
        assert status == 503
        assert "SMTP_PORT" in page


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "console.example.com", "::"])
def test_any_address_but_this_machines_own_is_refused_at_start(bare, host):
    done = bare.sereno("console", "--host", host)
    assert done.code == 2
    assert f"--host: {host}. Se espera: 127.0.0.1, localhost o ::1." in done.err
    assert "sereno user add" in done.err


def test_users_without_a_password_do_not_open_it_to_other_machines(bare):
    assert bare.sereno("user", "add", "ana", "--role", "read", "--no-password").code == 0
    assert bare.sereno("console", "--host", "0.0.0.0").code == 2


def test_half_a_trusted_proxy_is_a_fault_of_the_settings(bare):
    for there, missing in (("HEADER", "ADDRESSES"), ("ADDRESSES", "HEADER")):
        value = {"HEADER": "X-Remote-User", "ADDRESSES": "10.0.0.1"}[there]
        done = bare.sereno("console", **{f"CONSOLE_PROXY_{there}": value})
        assert done.code == 2
        assert f"CONSOLE_PROXY_{missing}" in done.err


def test_beyond_this_machine_who_is_unknown_must_enter_and_the_clear_text_is_warned_of(served):
    add = served.sereno(
        "user", "add", "ana", "--role", "operate", "--password-stdin", **demo_of(served), typed=PASSWORD
    )
    assert add.code == 0, add.err
    with started(served, "--host", "0.0.0.0") as process:
        assert "sin cifrar" in process.stdout.readline()
        port = address(process).rsplit(":", 1)[1].strip("/")
        status, page = fetch(f"http://127.0.0.1:{port}/hallazgos")
        assert (status, "Contraseña" in page) == (200, True)
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        form = urlencode({"usuario": "ana", "clave": PASSWORD, "a": "/actividad"}).encode()
        with browser.open(f"http://127.0.0.1:{port}/entrar", form, timeout=30) as answer:
            assert "añadió un usuario" in answer.read().decode()


def test_a_port_in_use_is_told_in_a_sentence(bare):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = bare.sereno("console", "--port", str(port))
    assert done.code == 1
    assert f"127.0.0.1:{port}: no se puede escuchar ahí" in done.err
    assert "Traceback" not in done.err


def test_the_pages_are_written_as_files(served_once, tmp_path):
    done = served_once.sereno(
        "console", "--export", str(tmp_path / "out"), SERENO_ENV_FILE=str(served_once.demo / "demo.env")
    )
    assert done.code == 0, done.err
    assert "ficheros en" in done.out
    assert "NO está en orden" in (tmp_path / "out/index.html").read_text("utf-8")


@pytest.mark.parametrize("missing", ["argon2", "fastapi", "icalendar", "uvicorn", "prometheus_client"])
def test_without_the_extra_one_line_says_how_to_install_it(bare, missing):
    hidden = f"import sys; sys.modules[{missing!r}] = None; from sereno.cli import main; sys.exit(main())"
    done = bare.python("-c", hidden, "console")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "pip install 'sereno[console]'" in done.err


@pytest.mark.parametrize("command", [("--help",), ("status",), ("console", "--help"), ("check", "config")])
def test_no_other_command_imports_the_console(tmp_path, command):
    installation = Installation(tmp_path)
    told = installation.python("-X", "importtime", "-m", "sereno", *command)
    imported = {line.rsplit("|", 1)[-1].strip() for line in told.err.splitlines() if "|" in line}
    assert "sereno.cli" in imported
    assert [name for name in imported if name.startswith(EXTRA)] == []


@pytest.mark.parametrize("basic", [False, True])
def test_a_stranger_makes_no_store_and_brings_none_up_to_date(served, basic):
    store = served.demo / "sereno.sqlite"
    with started(served) as process:
        url = address(process)
        for file in served.demo.glob("sereno.sqlite*"):
            file.rename(f"{file}.aparte")
        if basic:
            request = urllib.request.Request(f"{url}api/v1/status", headers={"authorization": "Basic YTpi"})
        else:
            request = urllib.request.Request(
                f"{url}entrar", urlencode({"usuario": "a", "clave": "b"}).encode()
            )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        with refused.value as answer:
            assert answer.code == 503
    assert not store.exists()


def test_the_store_may_go_come_back_and_be_another_while_the_console_runs(served):
    store = served.demo / "sereno.sqlite"
    kept, other = served.home / "copia.sqlite", served.home / "otra.sqlite"
    for copy in (kept, other):
        assert served.sereno("backup", str(copy), **demo_of(served)).code == 0
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE runs SET state = 'blind', why = 'se cayó el servidor de otra copia'")
    with started(served) as process:
        url = address(process)
        assert "se cayó el servidor" not in fetch(url)[1]
        assert served.sereno("restore", str(other), **demo_of(served)).code == 0
        assert "se cayó el servidor de otra copia" in fetch(url)[1]
        clear(store)
        assert "Aún no hay almacén" in fetch(url)[1]
        store.write_bytes(b"nada " * 999)
        assert "no es una base de datos" in fetch(url)[1]
        assert fetch(f"{url}hallazgos")[0] == 503
        store.write_bytes(kept.read_bytes())
        page = fetch(url)[1]
        assert "Sereno está parado desde" in page
        assert "se cayó el servidor" not in page


def test_a_store_of_another_version_is_said_while_the_console_runs_and_seen_once_it_is_ours(served):
    store = served.demo / "sereno.sqlite"

    def note(version):
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))

    with started(served) as process:
        url = address(process)
        note("9999")
        assert "de una versión más nueva (9999" in fetch(url)[1]
        note("0001")
        assert "de una versión anterior (0001" in fetch(url)[1]
        note(HEAD)
        assert "versión" not in fetch(url)[1].partition("<main")[2].partition("</h1>")[0]
        assert fetch(f"{url}hallazgos")[0] == 200


def clear(store):
    for end in ("", "-wal", "-shm"):
        store.with_name(store.name + end).unlink(missing_ok=True)
