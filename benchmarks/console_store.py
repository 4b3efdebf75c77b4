"""A store after two years of a large house, written in bulk: findings, tellings, mail, rounds, jobs."""

import json
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sereno.adapters.store.roll_rows import roll_row
from sereno.adapters.store.rows import entry_row
from sereno.domain.ledger import Entry
from sereno.domain.rules import Monitor

STATES = {
    "dropped": 0.004, "diverted": 0.002, "dead": 0.0004, "held": 0.0001, "old": 0.0004, "unknown": 0.00002,
    "queued": 0.0002, "deferred": 0.00005,
}  # fmt: skip
"""Shares of the mail; the rest was accepted."""
NAMES = ("ana.ruiz", "luis.gil", "marta.sanz", "josé.peña", "núria.vidal", "íñigo.ibarra")
WORDS = ("Cámara climática", "Osciloscopio", "Revisión de oferta", "Riesgo de plazo", "Acción correctiva")
DAYS = 730
BODIES = 20_000
"""Of the newest mail the bytes are kept."""
AT_ONCE = "1970-01-01 00:00:00.000000"
TOLD = (1, 1, 2, 3, 5, 8, 13)
"""How often a finding was told."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Say how much a store holds."""

    findings: int = 100_000
    ended: int = 100_000
    mails: int = 1_000_000
    cycles: int = 100_000


def fill(path: Path, monitors: Sequence[Monitor], now: datetime, sizes: Sizes) -> None:
    """Write all of it into a store that is there; its rows are drawn from one seed."""
    draw = random.Random(7)
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -200000")
        _insert(store, "runs", _runs(monitors, now))
        _insert(store, "job_results", _jobs(monitors, now, sizes.cycles))
        _insert(store, "messages", _messages(now, sizes.mails, draw))
        _insert(store, "deliveries", _deliveries(store, draw))
        _insert(store, "bodies", _bodies(store))
        entries = list(_entries(monitors, now.date(), sizes, draw))
        _insert(store, "findings", (_stored(entry_row(entry, name)) for name, entry in entries))
        lines = (roll_row(entry_row(entry, name), entry) for name, entry in entries if not entry.ended)
        _insert(store, "roll", map(_stored, lines))
        _insert(store, "tellings", _tellings(store, monitors, now.date(), draw))
        store.commit()


def _insert(store: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    first = next(rows)
    names, marks = ", ".join(first), ", ".join(f":{name}" for name in first)
    write = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})'
    store.execute(write, first)
    store.executemany(write, rows)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def _runs(monitors: Sequence[Monitor], now: datetime) -> Iterator[dict[str, object]]:
    for back in range(DAYS, 0, -1):
        at = now - timedelta(days=back)
        if at.weekday() < 5:
            for monitor in monitors:
                for plan in monitor.digests:
                    yield _run(monitor, plan.name, at, blind=back % 90 == 0)


def _run(monitor: Monitor, digest: str, at: datetime, *, blind: bool) -> dict[str, object]:
    return {
        "id": f"{monitor.name}-{digest}-{at:%Y%m%d}", "monitor": monitor.name, "digest": digest,
        "period": f"{at:%Y-%m-%d}", "state": "blind" if blind else "complete", "started_at": _instant(at),
        "finished_at": _instant(at + timedelta(seconds=9)), "findings": 900, "messages": 1,
        "why": "no contesta" if blind else "", "sent": 1, "forced": 0, "trial": 0, "data_errors": "[]",
        "counts": json.dumps({rule.id: 99 for rule in monitor.rules}),
    }  # fmt: skip


def _jobs(monitors: Sequence[Monitor], now: datetime, cycles: int) -> Iterator[dict[str, object]]:
    for back in range(cycles, 0, -1):
        yield _job("email_services", now - timedelta(minutes=5 * back))
    for back in range(DAYS, 0, -1):
        for monitor in monitors:
            yield _job(monitor.name, now - timedelta(days=back))


def _job(name: str, at: datetime) -> dict[str, object]:
    code = 1 if at.day == 13 and at.hour == 3 else 0
    ended = _instant(at + timedelta(seconds=4))
    return {"job": name, "started_at": _instant(at), "ended_at": ended, "code": code, "tail": "hecho\n"}


def _messages(now: datetime, mails: int, draw: random.Random) -> Iterator[dict[str, object]]:
    origins = ("correos", "correos", "correos", "tareas", "tareas", "brass/diario", "expedientes/diario")
    apart = timedelta(days=DAYS) / mails
    for number in range(mails):
        origin = draw.choice(origins)
        yield {
            "id": f"{draw.getrandbits(128):032x}", "kind": "digest" if "/" in origin else "queue",
            "origin": origin, "subject": f"{draw.choice(WORDS)} {number}", "sender": "avisos@example.com",
            "recipients": f'["{draw.choice(NAMES)}@example.com"]',
            "queued_at": _instant(now - apart * (mails - number)), "trial": 0, "unheard": 0,
        }  # fmt: skip


def _deliveries(store: sqlite3.Connection, draw: random.Random) -> Iterator[dict[str, object]]:
    states, weights = ["accepted", *STATES], [1 - sum(STATES.values()), *STATES.values()]
    found = store.execute("SELECT id, recipients, kind, origin, queued_at FROM messages").fetchall()
    for (name, to, kind, origin, at), state in zip(
        found, draw.choices(states, weights, k=len(found)), strict=True
    ):
        ended = None if state in {"queued", "deferred"} else at
        yield {
            "id": name, "message_id": name, "part": 1, "recipients": to, "kind": kind, "origin": origin,
            "queued_at": at, "trial": 0, "state": state, "attempts": 1, "due_at": AT_ONCE,
            "answer": "250 2.0.0 Ok: queued", "refused": "{}", "settled_at": ended,
        }  # fmt: skip


def _bodies(store: sqlite3.Connection) -> Iterator[dict[str, object]]:
    newest = store.execute("SELECT id FROM messages ORDER BY queued_at DESC LIMIT ?", (BODIES,)).fetchall()
    text = (
        b"Subject: Aviso\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + b"Una linea del aviso.\r\n" * 90
    )
    return ({"message_id": name, "data": text} for (name,) in newest)


def _entries(
    monitors: Sequence[Monitor], today: date, sizes: Sizes, draw: random.Random
) -> Iterator[tuple[str, Entry]]:
    sections = [
        (monitor.name, rule.id, section)
        for monitor in monitors
        for rule in monitor.rules
        for section in ([band.id for band in rule.bands] or [rule.id])
    ]
    owners = [f"{name}{number}" for number in range(50) for name in NAMES]
    for number in range(sizes.findings + sizes.ended):
        monitor, rule, section = draw.choice(sections)
        seen = today - timedelta(days=int(draw.expovariate(1 / 120)) % DAYS)
        ended = number >= sizes.findings
        due = None if draw.random() < 0.1 else today + timedelta(days=draw.randrange(-400, 90))
        key = (number, f"EX-{number % 9973:05d} {draw.choice(WORDS)}")
        yield monitor, Entry(
            rule, key, key, seen, today, due, section, owner=draw.choice(owners),
            replannings=draw.choice((0, 0, 0, 1, 2)), ended="resolved" if ended else None,
            ended_on=today if ended else None,
        )  # fmt: skip


def _stored(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}


def _tellings(
    store: sqlite3.Connection, monitors: Sequence[Monitor], today: date, draw: random.Random
) -> Iterator[dict[str, object]]:
    digests = {monitor.name: monitor.digests[0].name for monitor in monitors}
    found = store.execute("SELECT id, monitor, rule, key, section, due, first_seen FROM findings").fetchall()
    mails = [name for (name,) in store.execute("SELECT id FROM messages WHERE kind = 'digest' LIMIT 9999")]
    for finding, monitor, rule, key, section, due, seen in found:
        first = date.fromisoformat(seen)
        for step in range(draw.choice(TOLD)):
            on = min(first + timedelta(days=step), today).isoformat()
            yield {
                "finding": finding, "monitor": monitor, "rule": rule, "key": key, "digest": digests[monitor],
                "period": on, "section": section, "due": due, "told_on": on,
                "message_id": draw.choice(mails), "text": f"{key} vence el {due}",
            }  # fmt: skip
