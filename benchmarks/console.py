"""How quickly the console answers over a store of two years of a large house.

    python benchmarks/console.py [--findings 100000] [--mails 1000000] [--runs 30] [--store FOLDER]

A real server over loopback, pinned to one core; who asks has the other. Of each page: the median of one
request at a time, once warm; the 99th percentile with 20 at once; the bytes over the wire. Each figure that
misses its bound is told. `--store` keeps the store in a folder, and takes the one that is there.
"""

import argparse
import gzip
import http.client
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.console_store import Sizes, fill  # noqa: E402
from benchmarks.mail_world import OURS, THEIRS, on_core  # noqa: E402

from sereno.adapters.store.opening import open_store  # noqa: E402
from sereno.bootstrap.opening import open_site  # noqa: E402

AT_ONCE = 20
ALONE_MS, TOGETHER_MS, WIRE = 50.0, 1000.0, 60_000
"""What no page may exceed: milliseconds alone and at once, and bytes."""
PAGES = (
    "/", "/rondas", "/hallazgos", "/hallazgos?pagina=900", "/hallazgos?vigilante=riesgos&banda=red",
    "/hallazgos?responsable=ana.ruiz7", "/hallazgos?texto=OSCILO", "/hallazgos?edad=90",
    "/hallazgos?orden=responsable", "/hallazgos?orden=-vence", "/hallazgos?orden=avisos",
    "/correo", "/correo?pagina=15", "/correo?estado=dead", "/correo?origen=tareas",
    "/correo?estado=accepted&edad=90", "/hallazgos/graficos", "/personas", "/calendario", "/reglas",
    "/ajustes", "/healthz", "/metrics",
    "/api/v1/status", "/api/v1/runs", "/api/v1/findings", "/api/v1/findings?offset=90000",
    "/api/v1/messages", "/api/v1/messages?state=dead",
)  # fmt: skip
SHEETS = ("/hallazgos.csv", "/hallazgos.xlsx")


def main() -> None:
    """Make the store, serve it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("--mails", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--pages", default="")
    options = parser.parse_args()
    with _home(options.store) as home:
        environ = _estate(home, options.findings, options.mails)
        with _served(environ, home) as port:
            pages = [*options.pages.split(), *_some(port)] if options.pages else [*PAGES, *_some(port)]
            print(f"{options.findings} open findings, {options.mails} mails, {options.runs} requests each\n")
            print("| page | median alone, ms | p99 of 20 at once, ms | on the wire, kB |\n|---|---|---|---|")
            missed = [each for page in pages for each in _measured(page, port, options.runs)]
            print("\n| file | seconds | megabytes |\n|---|---|---|")
            for sheet in SHEETS:
                seconds, body = _timed(port, sheet)
                print(f"| `{sheet}` | {seconds:.1f} | {len(body) / 1e6:.1f} |")
    bounds = f"{ALONE_MS:g} ms alone, {TOGETHER_MS:g} ms at once, {WIRE // 1000} kB"
    print(f"\nBounds: {bounds}. Missed: {'; '.join(missed) or 'none'}.")


def _measured(page: str, port: int, runs: int) -> list[str]:
    """Print a row; return the figures that miss."""
    for _ in range(3):
        _, body = _timed(port, page)
    alone = 1000 * statistics.median(_timed(port, page)[0] for _ in range(runs))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        every = sorted(pool.map(lambda _: _timed(port, page)[0], range(max(10 * runs, 5 * AT_ONCE))))
    together = 1000 * every[int(0.99 * (len(every) - 1))]
    print(f"| `{page}` | {alone:.1f} | {together:.0f} | {len(body) / 1000:.1f} |", flush=True)
    bounds = (
        (alone, ALONE_MS, "ms alone"),
        (together, TOGETHER_MS, "ms at once"),
        (len(body), WIRE, "bytes"),
    )
    return [f"`{page}` {found:.0f} {what}" for found, bound, what in bounds if found > bound]


def _timed(port: int, page: str) -> tuple[float, bytes]:
    """Ask once over a connection of its own; return the seconds, and the body as it came."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", page, headers={"accept-encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status not in {200, 503}:
        raise SystemExit(f"{page}: {answer.status}")
    return time.perf_counter() - start, body


def _some(port: int) -> list[str]:
    """Find a finding's page, a delivery's and a round's."""
    found = []
    for page, link in (
        ("/hallazgos", r"/hallazgos/\w+/\w+"),
        ("/correo", r"/correo/\w+"),
        ("/rondas", r"/rondas/brass/.+"),
    ):
        _, body = _timed(port, page)
        text = gzip.decompress(body).decode()
        found += [each for each in re.findall(r'href="([^"]+)"', text) if re.fullmatch(link, each)][:1]
    return found


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _estate(home: Path, findings: int, mails: int) -> Mapping[str, str]:
    """Make the demo estate, and fill its store; nothing where it is there."""
    environ = {**os.environ, "SERENO_HOME": str(home), "SERENO_ENV_FILE": str(home / "var/demo/demo.env")}
    if not (home / "filled").exists():
        shutil.rmtree(home / "var", ignore_errors=True)
        started = {name: value for name, value in environ.items() if name != "SERENO_ENV_FILE"}
        command = [sys.executable, "-m", "sereno", "demo", "run", "--single-cycle"]
        subprocess.run(command, env=started, check=True, capture_output=True)
        site = open_site("check", environ=environ)
        open_store(site.settings.state_db_url, site.clock.now()).close()
        sizes = Sizes(findings, findings, mails, max(mails // 10, 100))
        fill(home / "var/demo/sereno.sqlite", site.monitors, site.clock.now(), sizes)
        (home / "filled").touch()
    return environ


@contextmanager
def _served(environ: Mapping[str, str], home: Path) -> Iterator[int]:
    """Serve the console on one core, and stay on the other."""
    command = [sys.executable, "-m", "sereno", "console", "--port", "0"]
    with on_core(OURS):
        server = subprocess.Popen(command, env=dict(environ), cwd=home, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().split(":")[2].split("/")[0])
        with on_core(THEIRS):
            yield port
    finally:
        server.terminate()
        server.wait(30)


if __name__ == "__main__":
    main()
