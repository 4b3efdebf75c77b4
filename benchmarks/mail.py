"""How fast mail leaves, as ratios to others who do the same work, measured in turn in one run.

    python benchmarks/mail.py [--runs 3] [--messages 10000] [--only sqlite,postgresql,queue,slow,memory]

Every measured process keeps to one core, and whom it talks to (Postfix's smtp-sink, PostgreSQL) to another.
Mail is of 10 KB; every state is recorded durably, by us and by the peers as each does by default. What is not
installed is left out, and said. Peers: django-post-office and django-mailer (in an environment of their own,
made by pip), and Postfix's smtp-source, which keeps no record of anything.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks import mail_world as world  # noqa: E402

OURS = world.HERE / "mail_ours.py"
THEIRS = world.HERE / "mail_peers.py"
PARTS = ("sqlite", "postgresql", "queue", "slow", "memory")
FEWER = 5
"""How many times fewer messages django-mailer gets: it is that slow."""
FEW, MANY, SMALL = 1_000, 200_000, 1_000
"""Messages queued where memory is measured, and their bytes."""
CONNECTIONS, ROUND = 4, 0.022
"""To the slow relay, and the seconds that each message takes it, with a trip there and back."""
SLOWLY = 400

Row = tuple[str, str, float, str, bool]
"""What is compared, with what, their ratio, its target, and whether it is met."""
Send = Callable[[], float]
"""Drain an outbox; return messages per second."""


@dataclass(slots=True)
class Bench:
    """Hold what all parts work with."""

    folder: Path
    runs: int
    messages: int
    port: int
    peers: Path | None
    spreads: dict[str, float] = field(default_factory=dict)
    """By how much the rates of one contestant differ, as a share of their median."""

    def contest(self, contestants: Mapping[str, Send]) -> dict[str, list[float]]:
        """Have them send in turn, the next time the other way round: a drift troubles all alike."""
        rates: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(self.runs):
            for name in list(contestants)[:: -1 if number % 2 else 1]:
                rates[name].append(contestants[name]())
                sys.stderr.write(f"{name}: {rates[name][-1]:.0f} a second\n")
        for name, each in rates.items():
            self.spreads[name] = (max(each) - min(each)) / statistics.median(each)
        return rates

    def fill(self, python: Path | str, script: Path, *arguments: object) -> None:
        """Prepare what is to be sent; nobody counts how long that takes."""
        world.run([str(each) for each in (python, script, *arguments)], None, self.folder)

    def send(self, python: Path | str, script: Path, count: int, *arguments: object) -> dict[str, float]:
        """Send it, on a core of its own; whoever does not send everything is not measured."""
        told = world.run([str(each) for each in (python, script, *arguments)], cwd=self.folder)
        figures: dict[str, float] = json.loads(told.splitlines()[-1])
        if figures["accepted"] != count:
            raise SystemExit(f"{script.name}: {figures['accepted']} of {count} messages were sent")
        return figures

    def fresh(self, name: str) -> Path:
        """Copy a prepared file, without what the last one left beside it."""
        copy = self.folder / f"{name}.run.sqlite"
        for each in self.folder.glob(f"{copy.name}*"):
            each.unlink()
        shutil.copyfile(self.folder / f"{name}.sqlite", copy)
        os.sync()  # or the next would wait for this one's bytes
        return copy


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    with TemporaryDirectory(prefix="sereno-mail-") as folder, world.sink() as port:
        if port is None:
            print("Left out: smtp-sink is not installed (Debian's package postfix).")
            return
        bench = Bench(Path(folder), options.runs, options.messages, port, world.peers_python())
        if bench.peers is None:
            print("Left out: the peers could not be installed.\n")
        asked = options.only.split(",")
        rows = [row for part in PARTS if part in asked for row in _PARTS[part](bench)]
    print(f"{options.messages:,} messages of 10 KB, {options.runs} runs in turn, medians of their ratios.\n")
    print("| measured | against | ratio | target | |\n|---|---|---|---|---|")
    for what, against, ratio, target, met in rows:
        print(f"| {what} | {against} | {ratio:.3g} | {target} | {'met' if met else 'MISSED'} |")
    noise = ", ".join(f"{name} {spread:.0%}" for name, spread in bench.spreads.items())
    print(f"\nNoise, as the span of each one's rates to their median: {noise or 'not measured'}.")
    print(f"Load of the machine: {os.getloadavg()[2]:.1f} on {os.cpu_count()} cores, ourselves included.")


def drain_sqlite(bench: Bench) -> Iterator[Row]:
    """Drain an outbox in SQLite."""
    ours, few = bench.folder / "ours.sqlite", bench.messages // FEWER
    bench.fill(sys.executable, OURS, "queue", f"sqlite:///{ours}", bench.messages)
    contestants: dict[str, Send] = {"Sereno": lambda: _ours(bench, f"sqlite:///{bench.fresh('ours')}")}
    if bench.peers:
        bench.fill(bench.peers, THEIRS, "queue", "post_office", "office.sqlite", "--count", bench.messages)
        bench.fill(bench.peers, THEIRS, "queue", "mailer", "mailer.sqlite", "--count", few)
        contestants["django-post-office"] = lambda: _theirs(bench, "post_office", bench.fresh("office"))
        contestants["django-mailer"] = lambda: _theirs(bench, "mailer", bench.fresh("mailer"), few)
    if program := world.tool("smtp-source"):
        contestants["smtp-source -d -s 8"] = lambda: _bare(bench, program)
    rates = bench.contest(contestants)
    yield from _rows("draining, SQLite", rates, {"post": 6, "mailer": 15, "smtp-source": 0.4})


def drain_postgresql(bench: Bench) -> Iterator[Row]:
    """Drain an outbox in PostgreSQL."""
    with world.postgresql() as server:
        if server is None:
            print("Left out: PostgreSQL is not installed.\n")
            return
        _ask(server, "CREATE DATABASE ours", "CREATE DATABASE office")
        bench.fill(sys.executable, OURS, "queue", f"postgresql+psycopg://{server}/ours", bench.messages)
        contestants: dict[str, Send] = {
            "Sereno on PostgreSQL": lambda: _ours(
                bench, f"postgresql+psycopg://{server}/{_again(server, 'ours')}"
            )
        }
        if bench.peers:
            outbox, count = f"postgresql://{server}/office", ("--count", bench.messages)
            bench.fill(bench.peers, THEIRS, "queue", "post_office", outbox, *count)
            contestants["django-post-office on PostgreSQL"] = lambda: _theirs(
                bench, "post_office", f"postgresql://{server}/{_again(server, 'office')}"
            )
        yield from _rows("draining, PostgreSQL", bench.contest(contestants), {"post": 4})


def serve_queue(bench: Bench) -> Iterator[Row]:
    """Take mail in, compose, send and stamp it; the peer has it composed."""
    rows, empty = bench.folder / "rows.sqlite", bench.folder / "empty.sqlite"
    bench.fill(sys.executable, OURS, "rows", rows, bench.messages)
    bench.fill(sys.executable, OURS, "queue", f"sqlite:///{empty}", 0)
    contestants: dict[str, Send] = {
        "Sereno, from a queue": lambda: _ours(
            bench, f"sqlite:///{bench.fresh('empty')}", "--queue", bench.fresh("rows")
        )
    }
    if bench.peers:
        documents = ("post_office", "documents.sqlite", "--html", "--count", bench.messages)
        bench.fill(bench.peers, THEIRS, "queue", *documents)
        contestants["django-post-office, documents"] = lambda: _theirs(
            bench, "post_office", bench.fresh("documents")
        )
    whole = "a queue's rows: taken in, composed, sent, stamped"
    yield from _rows(whole, bench.contest(contestants), {"post": 2})


def talk_slowly(bench: Bench) -> Iterator[Row]:
    """Send to a relay that takes its time."""
    bench.fill(sys.executable, OURS, "queue", f"sqlite:///{bench.folder / 'slowly.sqlite'}", SLOWLY)
    with world.slow_relay() as port:
        rates = bench.contest(
            {
                "Sereno, slow relay": lambda: (
                    SLOWLY
                    / bench.send(
                        sys.executable, OURS, SLOWLY, "send", f"sqlite:///{bench.fresh('slowly')}", port
                    )["seconds"]
                )
            }
        )
    ratio = statistics.median(rates["Sereno, slow relay"]) * ROUND / CONNECTIONS
    relay = f"a relay of 20 ms and 2 ms a trip, {CONNECTIONS} connections"
    yield relay, f"{CONNECTIONS} messages each {ROUND * 1000:g} ms", ratio, "at least 0.9", ratio >= 0.9


def hold_much(bench: Bench) -> Iterator[Row]:
    """Compare the memory that few and many messages take."""
    peaks = []
    for count in (FEW, MANY):
        outbox = f"sqlite:///{bench.folder / f'{count}.sqlite'}"
        bench.fill(sys.executable, OURS, "queue", outbox, count, "--bytes", SMALL)
        peaks.append(bench.send(sys.executable, OURS, count, "send", outbox, bench.port)["peak"])
    more = (peaks[1] - peaks[0]) / 1024
    sys.stderr.write(f"peaks: {peaks} KiB\n")
    yield f"{MANY:,} messages queued: more MiB than {FEW:,}", "1 MiB", more, "at most 20", more <= 20


_PARTS: Mapping[str, Callable[[Bench], Iterator[Row]]] = dict(
    zip(PARTS, (drain_sqlite, drain_postgresql, serve_queue, talk_slowly, hold_much), strict=True)
)


def _ours(bench: Bench, outbox: str, *more: object) -> float:
    figures = bench.send(sys.executable, OURS, bench.messages, "send", outbox, bench.port, *more)
    return bench.messages / figures["seconds"]


def _theirs(bench: Bench, peer: str, outbox: object, count: int | None = None) -> float:
    assert bench.peers is not None
    sent = count or bench.messages
    return sent / bench.send(bench.peers, THEIRS, sent, "send", peer, outbox, "--port", bench.port)["seconds"]


def _bare(bench: Bench, program: str) -> float:
    """Send without any record; the time of its start is nothing to speak of."""
    ends = ["-f", "avisos@example.com", "-t", "persona@example.org", f"127.0.0.1:{bench.port}"]
    seconds = world.timed([program, "-d", "-s", "8", "-m", str(bench.messages), "-l", "10240", *ends])
    return bench.messages / seconds


def _rows(what: str, rates: Mapping[str, list[float]], targets: Mapping[str, float]) -> Iterator[Row]:
    ours, *_ = rates.values()
    for name, theirs in list(rates.items())[1:]:
        least = next(least for part, least in targets.items() if part in name)
        ratio = statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))
        yield what, name, ratio, f"at least {least:g}", ratio >= least


def _again(server: str, name: str) -> str:
    """Copy a prepared database, and have everything on the disk."""
    run = f"{name}_run"
    _ask(server, f"DROP DATABASE IF EXISTS {run}", f"CREATE DATABASE {run} TEMPLATE {name}", "CHECKPOINT")
    return run


def _ask(server: str, *statements: str) -> None:
    import psycopg  # noqa: PLC0415  an extra

    with psycopg.connect(f"postgresql://{server}/postgres", autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


if __name__ == "__main__":
    main()
