"""A real installation in a folder of its own, driven by the real scripts as processes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
OURS = (
    "BRASS_",
    "EXPEDIENTES_",
    "LANZADERA_",
    "NC_",
    "NO_CONFORMIDADES_",
    "RIESGOS_",
    "MAIL_",
    "SMTP_",
    "MASTER_",
    "SERENO_",
    "STATE_",
    "OPERATORS",
    "LOG_",
    "HOLIDAYS_",
    "MONITORS_DIR",
)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Installation:
    home: Path

    @property
    def demo(self) -> Path:
        return self.home / "var/demo"

    @property
    def status(self) -> dict:
        return json.loads((self.home / "logs/run_master_status.json").read_text("utf-8"))

    @property
    def mails(self) -> list:
        """Read the mails that have arrived, but for those to the operators."""
        files = sorted((self.demo / "mail").glob("*.eml"))
        found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        return [mail for mail in found if "operadores" not in (mail["List-Id"] or "")]

    @property
    def digests(self) -> list:
        return [mail for mail in self.mails if mail["List-Id"]]

    def environ(self, **extra: str) -> dict[str, str]:
        """Give a process this home and nothing of the machine's own settings."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return inherited | {"SERENO_HOME": str(self.home), "COLUMNS": "80"} | extra

    def make_demo(self) -> Path:
        done = self.sereno("demo", "init")
        assert done.code == 0, done.err
        return self.demo / "demo.env"

    def copy(self, home: Path) -> "Installation":
        """Copy everything to a home of its own; an estate takes a moment to make, a served one longer."""
        shutil.copytree(self.home, home, dirs_exist_ok=True)
        copied = Installation(home)
        settings = copied.demo / "demo.env"
        settings.write_text(settings.read_text("utf-8").replace(str(self.home), str(home)), "utf-8")
        return copied

    def leave_only(self, *registers: str) -> None:
        """Configure these registers of the demo estate and no others."""
        settings = self.demo / "demo.env"
        names = tuple(f"{register.upper()}_DB_URL" for register in registers)
        lines = settings.read_text("utf-8").splitlines()
        kept = (line for line in lines if "_DB_URL=" not in line or line.startswith((*names, "STATE_")))
        settings.write_text("\n".join(kept) + "\n", "utf-8")

    def sereno(self, *arguments: str, typed: str | None = None, **extra: str) -> Done:
        return self._run([sys.executable, "-m", "sereno", *arguments], extra, typed)

    def python(self, *arguments: str, **extra: str) -> Done:
        return self._run([sys.executable, *arguments], extra)

    def script(self, name: str, *arguments: str, **extra: str) -> Done:
        return self._run([sys.executable, str(SCRIPTS / name), *arguments], extra)

    def on_demo(self, name: str, *arguments: str) -> Done:
        """Run a script on the demo estate."""
        return self.script(name, *arguments, SERENO_ENV_FILE=str(self.demo / "demo.env"))

    def queued(self) -> list:
        """Read the mail that waits in the demo's store, each with its envelope's recipients."""
        database = sqlite3.connect(f"file:{self.demo / 'sereno.sqlite'}?mode=ro", uri=True)
        try:
            rows = database.execute(
                "SELECT data, recipients FROM messages JOIN bodies ON message_id = id "
                "WHERE kind = 'digest' ORDER BY queued_at, id"
            ).fetchall()
        finally:
            database.close()
        return [(message_from_bytes(data, policy=default), json.loads(whom)) for data, whom in rows]

    def runs(self) -> list[tuple[str, str, int]]:
        """Read state, period and `forced` of every run from the demo's store."""
        database = sqlite3.connect(f"file:{self.demo / 'sereno.sqlite'}?mode=ro", uri=True)
        try:
            return database.execute("SELECT state, period, forced FROM runs ORDER BY finished_at").fetchall()
        finally:
            database.close()

    def files(self) -> dict[str, bytes]:
        """Read every file of the home, but for a database's own side files."""
        kept = (path for path in self.home.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in kept if not path.name.endswith(("-wal", "-shm"))}

    def tree(self) -> list[str]:
        return sorted(str(path) for path in self.home.rglob("*") if not path.name.endswith(("-wal", "-shm")))

    def _run(self, command: list[str], extra: dict[str, str], typed: str | None = None) -> Done:
        done = subprocess.run(
            command,
            check=False,
            env=self.environ(**extra),
            cwd=self.home,
            input=typed,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
        )
        return Done(done.returncode, done.stdout, done.stderr)
