"""What Sereno makes of an outbox: a process for each thing that is measured.

    python mail_ours.py queue DATABASE COUNT [--bytes N]     compose, and queue
    python mail_ours.py rows  FILE COUNT [--plain]           fill another application's queue
    python mail_ours.py send  DATABASE PORT [--queue FILE] [--profile FILE]

DATABASE is what STATE_DB_URL takes. `send` delivers with the parts and the defaults of the product, and
prints as JSON the seconds that it took, those of the processor, how many it sent, and the most memory that
the process held, in KiB.
"""

import argparse
import cProfile
import gc
import json
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks import letters  # noqa: E402

from sereno.adapters.store.opening import open_store  # noqa: E402
from sereno.bootstrap.mail import open_post_office  # noqa: E402
from sereno.bootstrap.opening import open_site  # noqa: E402
from sereno.cli import NEW_OBJECTS  # noqa: E402
from sereno.domain.outbox import Envelope, Message  # noqa: E402
from sereno.engine.deliver import MailReport, deliver  # noqa: E402
from sereno.engine.records import Run  # noqa: E402

PAGE = 1000
_TABLE = (
    "CREATE TABLE TbCorreosEnviados (IDCorreo INTEGER PRIMARY KEY, Aplicacion TEXT, Originador TEXT,"
    " Destinatarios TEXT, DestinatariosConCopia TEXT, DestinatariosConCopiaOculta TEXT, Asunto TEXT,"
    " Cuerpo TEXT, URLAdjunto TEXT, FechaGrabacion DATETIME, FechaEnvio DATETIME, Observaciones TEXT,"
    " NDPD TEXT, NPEDIDO TEXT, NFACTURA TEXT, IDEdicion INTEGER, CuerpoHTML TEXT)"
)
_ROW = (
    "INSERT INTO TbCorreosEnviados (IDCorreo, Aplicacion, Destinatarios, Asunto, Cuerpo, FechaGrabacion)"
    " VALUES (?, 'Pedidos', ?, ?, ?, ?)"
)


def main() -> None:
    """Do one of the three."""
    parser = argparse.ArgumentParser(description=__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    queue = tasks.add_parser("queue")
    queue.add_argument("database")
    queue.add_argument("count", type=int)
    queue.add_argument("--bytes", type=int, default=letters.TEXT_BYTES)
    rows = tasks.add_parser("rows")
    rows.add_argument("file", type=Path)
    rows.add_argument("count", type=int)
    rows.add_argument("--plain", action="store_true")
    send = tasks.add_parser("send")
    send.add_argument("database")
    send.add_argument("port", type=int)
    send.add_argument("--queue", type=Path)
    send.add_argument("--profile", type=Path)
    options = parser.parse_args()
    if options.task == "queue":
        fill_outbox(options.database, options.count, options.bytes)
    elif options.task == "rows":
        fill_queue(options.file, options.count, plain=options.plain)
    else:
        print(json.dumps(drain(options.database, options.port, options.queue, options.profile)))


def fill_outbox(database: str, count: int, size: int) -> None:
    """Queue composed letters, a thousand to a run."""
    now = datetime.now(UTC)
    with closing(open_store(database, now)) as store:
        for start in range(0, count, PAGE):
            page = range(start, min(start + PAGE, count))
            run = Run(
                id=f"run{start}",
                monitor="brass",
                digest="diario",
                period=f"p{start}",
                state="complete",
                started_at=now,
                finished_at=now,
                findings=0,
                messages=len(page),
                why="",
                sent=True,
                forced=True,
            )
            store.record(run, [_letter(number, size, now) for number in page])


def fill_queue(file: Path, count: int, *, plain: bool) -> None:
    """Make another application's queue, and leave letters in it."""
    write, now = letters.text if plain else letters.document, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    rows: Iterable[tuple[object, ...]] = (
        (number, letters.recipient(number), letters.subject(number), write(number), now)
        for number in range(1, count + 1)
    )
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(_TABLE)
        connection.executemany(_ROW, rows)


def drain(database: str, port: int, queue: Path | None, profile: Path | None) -> dict[str, float]:
    """Deliver what waits."""
    gc.set_threshold(NEW_OBJECTS)  # as for every command
    with TemporaryDirectory() as home:
        environ = {
            "SERENO_HOME": home,
            "SERENO_TZ": "UTC",
            "MAIL_DOMAIN": "example.com",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_SECURITY": "none",
            "STATE_DB_URL": database,
            "BRASS_DB_URL": f"sqlite:///{home}/nobody-reads-it.sqlite",
        }
        if queue:
            environ["CORREOS_DB_URL"] = f"sqlite:///{queue}"
        site = open_site("run", environ=environ)
        log = site.log("mail", echo=False)
        with site.open_store() as store, open_post_office(site, store, log) as opened:
            office = replace(opened, policy=replace(opened.policy, hours=None))  # at whatever hour it is run
            if queue:  # not the very first look, at which what has no date is history
                office.intake.looked_through("correos", site.clock.now())
            profiler = cProfile.Profile() if profile else None
            start, spent = time.perf_counter(), time.process_time()
            report = profiler.runcall(deliver, office, store) if profiler else deliver(office, store)
            seconds, spent = time.perf_counter() - start, time.process_time() - spent
        if profiler and profile:
            profiler.dump_stats(profile)
    return {"seconds": seconds, "cpu": spent, "accepted": _accepted(report), "peak": _peak()}


def _accepted(report: MailReport) -> int:
    if report.troubles:
        raise SystemExit(f"something does not answer: {report.troubles}")
    return report.ended.get("accepted", 0)


def _letter(number: int, size: int, now: datetime) -> Message:
    name, to = f"{number:08d}", letters.recipient(number)
    head = {
        "From": f"Avisos <{letters.SENDER}>",
        "To": to,
        "Subject": letters.subject(number),
        "Date": format_datetime(now),
        "Message-ID": f"<{name}@example.com>",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
    }
    whole = "".join(f"{field}: {value}\r\n" for field, value in head.items())
    data = f"{whole}\r\n{letters.text(number, size)}".encode()
    envelope = Envelope(letters.SENDER, (to,))
    return Message(name, "brass/diario", letters.subject(number), envelope, data, now)


def _peak() -> int:
    """Return the most memory that this process held, in KiB (Linux alone tells it so)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
