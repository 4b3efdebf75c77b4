"""What a round costs, as ratios to the same work written straight, all measured in one run.

    python benchmarks/scan.py [--runs 5]

Registers of 200,000 actions (tasks) of which 20,000 are open, and 500 engineers, in SQLite. Times are of the
processor, the least of several runs in turn, after one that is not counted (it imports and compiles what
start-up would). The classic way without indexes would take minutes: a sample of its engineers is measured,
and multiplied.
"""

import argparse
import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import plainly  # noqa: E402
from benchmarks.estate import TODAY, Size, make_registers  # noqa: E402

from sereno.adapters.memory import MemoryLog  # noqa: E402
from sereno.bootstrap.opening import open_site  # noqa: E402
from sereno.bootstrap.site import Site  # noqa: E402
from sereno.cli import NEW_OBJECTS  # noqa: E402
from sereno.domain.digest import Digest  # noqa: E402
from sereno.domain.rules import Monitor  # noqa: E402
from sereno.engine.watch import Report, Request, watch  # noqa: E402

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=ZoneInfo("Europe/Madrid"))
BASE = Size(actions=200_000, open=20_000, engineers=500)
BARE = replace(BASE, indexed=False)
HISTORY = replace(BASE, actions=2_000_000)
MILLION = replace(BASE, actions=1_000_000)
SAMPLE = range(0, BASE.engineers, 50)
"""Engineers for whom the classic way is measured where there are no indexes."""

Row = tuple[str, str, float, str, bool]
"""What is compared, with what, their ratio, its target, and whether it is met."""


def main() -> None:
    """Measure, and print the table; with `--peak FOLDER` go one round there and print its memory's peak."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    gc.set_threshold(NEW_OBJECTS)  # as for every command
    if options.peak:
        go_round(options.peak)
        print(_peak())
        return
    with TemporaryDirectory() as folder:
        rows = list(measure(Path(folder), options.runs))
    of = f"{BASE.actions:,} tasks, {BASE.open:,} of them open, {BASE.engineers} engineers"
    print(f"{of}. Times are of the processor.\n")
    print("| measured | against | ratio | target | |\n|---|---|---|---|---|")
    for what, against, ratio, target, met in rows:
        print(f"| {what} | {against} | {ratio:.3g} | {target} | {'met' if met else 'MISSED'} |")


def measure(folder: Path, runs: int) -> Iterator[Row]:
    """Make the registers, and yield each comparison."""
    base, bare, history, million = (folder / name for name in ("base", "bare", "history", "million"))
    for place, size in ((base, BASE), (bare, BARE), (history, HISTORY), (million, MILLION)):
        make_registers(place, size)
    yield _whole_round(base, runs)
    ours, ours_bare, ours_history, queries, whole, classic = _least(
        runs,
        lambda: look(base),
        lambda: look(bare),
        lambda: look(history),
        lambda: plainly.ask_for_every_rule(base),
        lambda: plainly.read_everything(base),
        lambda: plainly.ask_for_each_engineer(base, range(BASE.engineers)),
    )
    sampled = _least(1, lambda: plainly.ask_for_each_engineer(bare, SAMPLE))[0]
    classic_bare = sampled * BASE.engineers / len(SAMPLE)
    reading = "snapshot and rules"
    yield _at_most(reading, "a hand-written query a rule", ours / queries, 4)
    yield _at_most(reading, "reading the three tables whole", ours / whole, 1)
    faster = classic_bare / ours_bare
    yield "a query an engineer and band, no indexes", reading, faster, "at least 100", faster >= 100
    yield _at_most(reading, "a query an engineer and band, indexes", ours / classic, 1)
    yield _at_most(f"{reading}, no indexes", f"{reading}, indexes", ours_bare / ours, 2)
    yield _at_most(f"{reading}, ten times the history", reading, ours_history / ours, 1.5)
    child = [sys.executable, __file__, "--peak", str(million)]
    peak = int(subprocess.run(child, check=True, capture_output=True, text=True).stdout.split()[-1])
    yield _at_most("a round over 1,000,000 actions: peak MiB", "1 MiB", peak / 1024, 300)


def go_round(folder: Path) -> Report:
    """Go the whole round by force on a store of its own: fetch, rules, ledger, messages, commit."""
    with _site(folder) as site, site.open_store() as store:
        monitor = _monitor(site)
        return watch(monitor, Request(force=True), site.orders(monitor), site.world(store, MemoryLog()))


def look(folder: Path) -> None:
    """Take the snapshot and ask for every rule's rows; what is blind raises."""
    with _site(folder) as site:
        monitor = _monitor(site)
        registers = site.world(site.rehearsal_store(), MemoryLog()).registers
        start = time.process_time()
        with registers.snapshot(monitor, TODAY, site.orders(monitor).thresholds) as snapshot:
            for rule in monitor.rules:
                snapshot.select(rule.query)
        _spent.append(time.process_time() - start)


_spent: list[float] = []
"""What the last call says that it took, where it does not all count."""


def _whole_round(folder: Path, runs: int) -> Row:
    monitor = _monitor_of(folder)
    written: dict[str, Digest] = {}
    reports: list[Report] = []
    ours, plain = _least(
        runs,
        lambda: reports.append(go_round(folder)),
        lambda: written.update(plainly.render_everything(folder, monitor)),
    )
    _compare(reports[0], written)
    return _at_most("the whole round, 500 messages", "one query and the same 500 pages", ours / plain, 5)


def _compare(report: Report, written: dict[str, Digest]) -> None:
    """Make sure that both do the same work: the pages must be equal, but for the marks of what is new."""
    served = report.served[0]
    told = {
        parcel.to[0]: digest
        for parcel, digest in zip(served.parcels, served.digests, strict=True)
        if parcel.to and parcel.to[0].startswith("ing")
    }
    different = [address for address in written | told if written.get(address) != told.get(address)]
    if different:
        raise SystemExit(f"the pages differ: {different[:3]} of {len(different)}")


def _least(runs: int, *calls: Callable[[], object]) -> list[float]:
    """Time calls in turn, so that a drifting machine troubles all alike; keep the least of each."""
    for call in calls:
        call()
    least = [float("inf")] * len(calls)
    for _ in range(runs):
        for at, call in enumerate(calls):
            _spent.clear()
            start = time.process_time()
            call()
            spent = time.process_time() - start
            least[at] = min(least[at], _spent[0] if _spent else spent)
    return least


def _at_most(what: str, against: str, ratio: float, most: float) -> Row:
    return what, against, ratio, f"at most {most:g}", ratio <= most


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    with TemporaryDirectory() as home:
        environ = {
            "SERENO_HOME": home,
            "SERENO_TZ": "Europe/Madrid",
            "MAIL_DOMAIN": "example.com",
            "SMTP_HOST": "localhost",
            "STATE_DB_URL": f"sqlite:///{home}/sereno.sqlite",
            **{
                f"{file.stem.upper()}_DB_URL": f"sqlite:///{file}" for file in sorted(folder.glob("*.sqlite"))
            },
        }
        yield open_site("run", at=NOW, environ=environ)


def _monitor(site: Site) -> Monitor:
    return next(monitor for monitor in site.monitors if monitor.name == "no_conformidades")


def _monitor_of(folder: Path) -> Monitor:
    with _site(folder) as site:
        return _monitor(site)


def _peak() -> int:
    """Return the most memory that this process held, in KiB (Linux alone tells it so)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
