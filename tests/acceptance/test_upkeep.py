"""Looking after an installation, as processes: how it stands, why, tidying, copies."""

import json
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest
from tests.acceptance.test_life_of_the_master import master, resting, wait_for

from sereno.commands.upkeep import WORDS
from sereno.engine.keeper import WASTES


def command(site, *arguments, **extra):
    return site.sereno(*arguments, SERENO_ENV_FILE=str(site.demo / "demo.env"), **extra)


def test_the_status_before_anything_has_run_writes_nothing_and_needs_a_person(site):
    before = site.tree()
    done = command(site, "status")
    assert done.code == 1
    assert "no se ha arrancado nunca aquí" in done.out
    assert "no se ha hecho ninguna ronda" in done.out
    assert site.tree() == before


def test_the_status_of_a_watch_at_rest_is_well_and_fits_80_columns(site):
    with master(site) as process:
        wait_for(lambda: resting(site))
        done = command(site, "status", COLUMNS="80")
        asked = json.loads(command(site, "status", "--json").out)
        process.kill()
        process.wait()
    assert done.code == 0, done.out
    table = done.out.partition("\nTarea ")[2]
    assert max(map(len, table.splitlines())) <= 80
    assert "En orden lo que se vigila, que no es todo: brass" in done.out
    assert "riesgos: sin configurar" in done.out
    assert asked["well"]
    assert asked["jobs"]["brass"]["return_code"] == 0
    assert asked["mail"]["sent_today"] == 2  # the digest, and the week's overview
    dead = command(site, "status")  # killed hard: its last word is still valid, and it is dead
    assert dead.code == 1
    assert "murió sin despedirse" in dead.out


def test_the_status_of_a_stopped_watch_says_since_when_and_why(served):
    done = command(served, "status")
    assert done.code == 1
    assert "está parado desde el" in done.out
    assert "ciclo único terminado" in done.out


def test_a_store_that_cannot_be_read_is_said(served):
    (served.demo / "sereno.sqlite").write_bytes(b"nada " * 999)
    done = command(served, "status", "--json")
    assert done.code == 1
    assert any("no es una base de datos" in each for each in json.loads(done.out)["troubles"])


def test_the_status_is_renewed_until_it_is_interrupted(served):
    watching = subprocess.Popen(
        [sys.executable, "-u", "-m", "sereno", "status", "--watch"],
        env=served.environ(SERENO_ENV_FILE=str(served.demo / "demo.env")),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        looks = 0
        while looks < 2:
            looks += "NO está en orden" in watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=20)
    finally:
        watching.kill()
        watching.wait()
    assert watching.returncode == 1
    assert command(served, "status", "--watch", "--json").code == 2


def test_a_digest_is_explained(served):
    done = command(served, "explain", "brass", "diario")
    assert done.code == 0, done.err
    assert "Se hizo el" in done.out
    assert "ronda completa" in done.out
    assert "aceptado el" in done.out
    assert command(served, "explain", "brass", "diario", "--on", "2030-01-05").out.count("No toca") == 1


def test_an_unknown_monitor_digest_or_day_is_refused_naming_what_there_is(served):
    for arguments in (("nadie", "diario"), ("brass", "semanal"), ("brass", "diario", "--on", "hoy")):
        assert command(served, "explain", *arguments).code == 2


def test_tidying_says_what_went_and_how_much_room_there_is(served):
    database = sqlite3.connect(served.demo / "sereno.sqlite")
    database.execute("UPDATE messages SET queued_at = '2020-01-01 00:00:00.000000'")
    database.execute("UPDATE deliveries SET settled_at = '2020-01-01 00:00:00.000000'")
    database.commit()
    database.close()
    done = command(served, "tidy")
    assert done.code == 0, done.err
    assert "contenido de informes" in done.out
    assert "El almacén ocupa" in done.out
    again = command(served, "tidy")
    assert "No hay nada que ya no haga falta" in again.out
    assert [name for name in served.tree() if name.endswith("tidy.log")] == []


def test_a_copy_is_made_while_the_master_rests_and_restored_once_it_is_stopped(site, tmp_path):
    copy = tmp_path / "copia.sqlite"
    with master(site) as process:
        wait_for(lambda: resting(site))
        done = command(site, "backup", str(copy))
        assert done.code == 0, done.err
        refused = command(site, "restore", str(copy))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert refused.code == 1
    assert "está en uso" in refused.err
    restored = command(site, "restore", str(copy))
    assert restored.code == 0, restored.err
    assert "reemplazado-" in restored.out
    assert site.runs()
    assert command(site, "backup", str(copy)).code == 1


@pytest.mark.parametrize("name", ["status", "explain", "tidy", "backup", "restore"])
def test_each_command_explains_itself(served, name):
    assert command(served, name, "--help").code == 0


def test_a_copy_is_not_put_in_the_place_of_a_store_whose_master_rests(served, tmp_path):
    copy = tmp_path / "copia.sqlite"
    assert command(served, "backup", str(copy)).code == 0
    with master(served) as process:
        wait_for(lambda: resting(served) and served.status["pid"] == process.pid)
        refused = command(served, "restore", str(copy))
        assert refused.code == 1
        assert f"proceso {process.pid}" in refused.err
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert command(served, "restore", str(copy)).code == 0


def test_every_kind_of_waste_has_a_name():
    assert WORDS.keys() == set(WASTES)
