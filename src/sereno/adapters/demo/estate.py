"""Make the demo estate: SQLite registers, a holidays file that works today, and settings for both."""

import sqlite3
from datetime import date, datetime
from pathlib import Path
from random import Random

from sereno.adapters.demo import equipment, people

SEED = 1

HEADING = "# Escrito por «sereno demo»: una finca de ejemplo, con datos inventados. No es nada de verdad.\n"


def make_estate(folder: Path, now: datetime, seed: int = SEED) -> Path:
    """Write the registers for `now`'s day and return the settings file; the same seed and day, the same rows.

    The store and the mail of an earlier demo stay. `now` becomes the demo's 09:00.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = Random(seed)  # noqa: S311  # invented people, no secret
    today = now.date()
    _write_database(folder / "lanzadera.sqlite", people.SCHEMA, people.people_rows(chance))
    _write_database(folder / "brass.sqlite", equipment.SCHEMA, equipment.equipment_rows(chance, today))
    (folder / "Festivos.txt").write_text(_holidays(today), encoding="utf-8")
    env_file = folder / "demo.env"
    env_file.write_text(HEADING + _settings(folder, now), encoding="utf-8")
    return env_file


def _settings(folder: Path, now: datetime) -> str:
    """Write the settings that point at the estate; paths are quoted, for a folder may be called anything."""
    values = {
        "SERENO_DEMO_SINCE": now.isoformat(),
        "BRASS_DB_URL": f"sqlite:///{folder.as_posix()}/brass.sqlite",
        "LANZADERA_DB_URL": f"sqlite:///{folder.as_posix()}/lanzadera.sqlite",
        "STATE_DB_URL": f"sqlite:///{folder.as_posix()}/sereno.sqlite",
        "MASTER_FESTIVOS_FILE": f"{folder.as_posix()}/Festivos.txt",
        "MAIL_DIR": f"{folder.as_posix()}/mail",
        "MAIL_DOMAIN": "example.com",
        "OPERATORS": "operador@example.com",
    }
    return "".join(f"{name}='{_escaped(value)}'\n" for name, value in values.items())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _holidays(today: date) -> str:
    return f"# La demostración toma hoy por día laborable.\n+{today:%d/%m/%Y} - Demostración\n"


def _write_database(path: Path, schema: str, rows: people.Rows) -> None:
    """Replace the register as a whole: nobody reads half of it."""
    draft = path.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    database = sqlite3.connect(draft)
    try:
        database.executescript(schema)
        for table, records in rows.items():
            marks = ", ".join("?" * len(records[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", records)  # noqa: S608  # our own names
        database.commit()
    finally:
        database.close()
    draft.replace(path)
