"""The finding ledger of the store in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sereno.domain.ledger import Entry, Ledger, Snooze, Track
from sereno.engine.records import Notice, Told

Followed = tuple[str, str, Track]
"""Monitor, rule, track."""


class MemoryLedger:
    """Keep what is followed, what was told of it and to whom; who calls holds the lock; times in UTC."""

    def __init__(self) -> None:
        self._entries: dict[Followed, Entry] = {}
        self._snoozes: dict[Followed, Snooze] = {}
        self._told: dict[Followed, list[Told]] = defaultdict(list)
        self._mailed: dict[str, list[tuple[str, Told]]] = defaultdict(list)
        self._notices: list[Notice] = []

    def add(self, monitor: str, entries: Iterable[Entry], told: Iterable[Told]) -> None:
        """Write entries over those that they replace, and tellings beside those that there are."""
        for entry in entries:
            self._entries[monitor, entry.rule, entry.track] = replace(entry, tellings=(), snooze=None)
        for each in told:
            self._told[monitor, each.rule, each.track].append(each)
            if each.message_id is not None:
                self._mailed[each.message_id].append((monitor, each))

    def take_up(self, monitor: str, entries: Iterable[Entry], told: Iterable[Told]) -> None:
        """Write entries with their snoozes, and tellings."""
        whole = list(entries)
        self.add(monitor, whole, told)
        for entry in whole:
            if entry.snooze:
                self.snooze(monitor, entry.rule, entry.track, entry.snooze)

    def snooze(self, monitor: str, rule: str, track: Track, snooze: Snooze) -> None:
        """Put a finding off."""
        self._snoozes[monitor, rule, track] = snooze

    def of(self, monitor: str, since: date | None, counts: Callable[[str | None], bool]) -> Ledger:
        """Return a monitor's entries, but for those that ended before `since`, with what counts as told."""
        return {
            (rule, track): self._whole((name, rule, track), entry, counts)
            for (name, rule, track), entry in self._entries.items()
            if name == monitor and (since is None or entry.ended_on is None or entry.ended_on >= since)
        }

    def prove(self, message_id: str, reached: Sequence[str], now: datetime) -> None:
        """Note who was told by a message."""
        self._notices += [
            _notice(monitor, told, message_id, address, now)
            for address in reached
            for monitor, told in self._mailed.get(message_id, [])
        ]

    def notices(self, since: datetime, until: datetime, address: str | None) -> list[Notice]:
        """Return who was told of what from `since` to before `until`, oldest first."""
        asked_for = None if address is None else _plain(address)
        notices = sorted(self._notices, key=lambda notice: notice.accepted_at)
        return [
            notice
            for notice in notices
            if since <= notice.accepted_at < until and asked_for in {None, _plain(notice.address)}
        ]

    def _whole(self, followed: Followed, entry: Entry, counts: Callable[[str | None], bool]) -> Entry:
        tellings = [each.telling for each in self._told.get(followed, []) if counts(each.message_id)]
        by_day = sorted(tellings, key=lambda telling: telling.on)
        return replace(entry, tellings=tuple(by_day), snooze=self._snoozes.get(followed))


def _notice(monitor: str, told: Told, message_id: str, address: str, now: datetime) -> Notice:
    telling = told.telling
    return Notice(
        now, address, monitor, told.rule, telling.section, told.key, telling.due, message_id, told.text
    )


def _plain(address: str) -> bytes:
    return address.encode().lower()  # ASCII alone, as in a database
