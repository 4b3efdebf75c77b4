"""A real installation that is not left in peace: what is done to it, and what is seen of it."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from tests.acceptance.installation import SCRIPTS, Installation

ROW = (
    "INSERT INTO TbCorreosEnviados (IDCorreo, Aplicacion, Destinatarios, Asunto, Cuerpo, FechaGrabacion)"
    " VALUES (?, 'Pedidos', 'ana@example.com', 'Pedido', 'Un pedido', ?)"
)
TABLE = (
    "CREATE TABLE TbCorreosEnviados (IDCorreo INTEGER, Aplicacion TEXT, Destinatarios TEXT, Asunto TEXT,"
    " Cuerpo TEXT, FechaGrabacion TEXT, FechaEnvio TEXT)"
)


class Relay:
    """Stand before a mail server, and let nobody through while it is away."""

    def __init__(self, behind: int) -> None:
        self.behind, self.away = behind, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.away:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self.behind))
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if self.away:
                    break
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@dataclass
class Chaos:
    """Do things to a daemon, from a seed."""

    site: Installation
    relay: Relay
    rng: random.Random
    process: subprocess.Popen | None = None
    rows: int = 0
    done: dict[str, int] = field(default_factory=dict)
    seen: dict[int, list[tuple[float, int, int]]] = field(default_factory=dict)
    """By master: when, memory, descriptors, seen at rest."""
    stopped: list[psutil.Process] = field(default_factory=list)

    @property
    def queue(self) -> Path:
        return self.site.home / "correos.sqlite"

    def set_up(self) -> None:
        with closing(sqlite3.connect(self.queue)) as database:
            database.execute(TABLE)
        demo = self.site.demo
        settings = {
            "BRASS_DB_URL": f"sqlite:///{demo}/brass.sqlite",
            "LANZADERA_DB_URL": f"sqlite:///{demo}/lanzadera.sqlite",
            "CORREOS_DB_URL": f"sqlite:///{self.queue}",
            "STATE_DB_URL": f"sqlite:///{self.site.home}/var/sereno.sqlite",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": self.relay.port,
            "SMTP_SECURITY": "none",
            "MAIL_DOMAIN": "example.com",
            "MAIL_DIGEST_HOURS": "siempre",
            "OPERATORS": "operador@example.com",
        }
        for each in ("LABORABLE_DIA", "LABORABLE_NOCHE", "NO_LABORABLE_DIA", "NO_LABORABLE_NOCHE"):
            settings[f"MASTER_CYCLE_{each}"] = "1s"
        text = "".join(f"{name}='{value}'\n" for name, value in settings.items())
        (self.site.home / ".env").write_text(text, "utf-8")

    def go_on(self, seconds: float) -> None:
        """Do something every second or so."""
        deeds = (
            (self.insert, 10),
            (self.force, 3),
            (self.kill_cycle, 3),
            (self.kill_job, 3),
            (self.kill_master, 1),
            (self.stop_somebody, 3),
            (self.toggle_register, 3),
            (self.toggle_relay, 3),
        )
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.keep_running()
            (deed,) = self.rng.choices([each for each, _ in deeds], [weight for _, weight in deeds])
            self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
            deed()
            time.sleep(self.rng.uniform(0.2, 2.0))
            self.look()

    def keep_running(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPTS / "run_master.py")],
                env=self.site.environ(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
            )

    def look(self) -> None:
        with suppress(psutil.Error):
            master = psutil.Process(self.process.pid)
            if not master.children():
                sample = (time.monotonic(), master.memory_info().rss, master.num_fds())
                self.seen.setdefault(master.pid, []).append(sample)

    def insert(self) -> None:
        with closing(sqlite3.connect(self.queue, timeout=30)) as database:
            for _ in range(self.rng.randint(1, 5)):
                self.rows += 1
                database.execute(ROW, (self.rows, time.strftime("%Y-%m-%d %H:%M:%S")))
            database.commit()

    def force(self) -> None:
        command = [sys.executable, str(SCRIPTS / "run_brass.py"), "--force"]
        subprocess.run(command, env=self.site.environ(), capture_output=True, timeout=120, check=False)

    def kill_master(self) -> None:
        self.process.kill()
        self.process.wait()
        time.sleep(self.rng.uniform(0, 1))

    def kill_cycle(self) -> None:
        self._signal(signal.SIGKILL, deep=False)

    def kill_job(self) -> None:
        self._signal(signal.SIGKILL, deep=True)

    def stop_somebody(self) -> None:
        with suppress(psutil.Error):
            master = psutil.Process(self.process.pid)
            victim = self.rng.choice([master, *master.children(recursive=True)])
            victim.suspend()
            time.sleep(self.rng.uniform(0.5, 3))
            victim.resume()

    def toggle_register(self) -> None:
        here, away = (self.site.demo / name for name in ("brass.sqlite", "brass.away"))
        one, other = (here, away) if here.exists() else (away, here)
        one.rename(other)

    def toggle_relay(self) -> None:
        self.relay.away = not self.relay.away

    def make_peace(self) -> None:
        self.relay.away = False
        if not (self.site.demo / "brass.sqlite").exists():
            self.toggle_register()
        self.keep_running()

    def _signal(self, number: int, *, deep: bool) -> None:
        with suppress(psutil.Error, ValueError):
            cycles = psutil.Process(self.process.pid).children()
            found = [job for cycle in cycles for job in cycle.children(recursive=True)] if deep else cycles
            self.rng.choice(found or [None]) and self.rng.choice(found).send_signal(number)

    def ask(self, query: str) -> list[tuple]:
        store = self.site.home / "var/sereno.sqlite"
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(query).fetchall()

    def ours(self) -> list[psutil.Process]:
        """Find every process of this installation."""
        found = []
        for each in psutil.process_iter():
            with suppress(psutil.Error):
                if each.environ().get("SERENO_HOME") == str(self.site.home) and each.pid != os.getpid():
                    found.append(each)
        return found
