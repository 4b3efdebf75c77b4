"""The finding ledger of the store in memory."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sereno.domain.finding_names import finding_id
from sereno.domain.ledger import Entry, Ledger, Snooze, Track, condensed
from sereno.domain.steps import Step
from sereno.engine.records import Notice, Owned, Told

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
        self.steps: dict[Followed, list[Step]] = defaultdict(list)
        self.changes = 0
        """How often it was written to."""

    def add(self, monitor: str, entries: Iterable[Entry], told: Iterable[Told]) -> None:
        """Write entries over those that they replace, and tellings beside those that there are."""
        self.changes += 1
        for entry in entries:
            self._entries[monitor, entry.rule, entry.track] = replace(entry, tellings=(), snooze=None)
        for each in told:
            self._told[monitor, each.rule, each.track].append(each)
            if each.message_id is not None:
                self._mailed[each.message_id].append((monitor, each))

    def note(self, monitor: str, steps: Iterable[Step]) -> None:
        """Note what became of findings, but for what their notes of that day end with already."""
        fresh: dict[Followed, list[Step]] = defaultdict(list)
        for each in steps:
            fresh[monitor, each.rule, each.track].append(each)
        for followed, ours in fresh.items():
            if self.steps[followed][-len(ours) :] != ours:
                self.steps[followed] += ours

    def followed(self) -> Mapping[Followed, Entry]:
        """Return every entry, without its tellings and its snooze."""
        return self._entries

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

    def every(self, counts: Callable[[str | None], bool]) -> list[tuple[str, Entry]]:
        """Return every entry with its monitor before it, with what counts as told."""
        return [(each[0], self._whole(each, entry, counts)) for each, entry in self._entries.items()]

    def owners(self) -> list[Owned]:
        """Count what is open in a section by whom its rows name."""
        counted = Counter(
            (monitor, rule, entry.section, entry.owner)
            for (monitor, rule, _), entry in self._entries.items()
            if entry.ended is None and entry.section is not None
        )
        return sorted((Owned(*whose, times) for whose, times in counted.items()), key=Owned.place)

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

    def notices_of(self, name: str) -> list[Notice]:
        """Return who was told of the finding of that name, oldest first."""
        told = {
            each for followed, told in self._told.items() if finding_id(*followed) == name for each in told
        }
        ours = {(each.message_id, each.rule, each.key, each.telling.section, each.text) for each in told}
        return [
            each
            for each in sorted(self._notices, key=lambda notice: notice.accepted_at)
            if (each.message_id, each.rule, each.key, each.section, each.text) in ours
        ]

    def forget_notices(self, before: datetime) -> int:
        """Take away the notices from before then; return how many."""
        kept = [each for each in self._notices if each.accepted_at >= before]
        gone = len(self._notices) - len(kept)
        self._notices = kept
        return gone

    def forget_tellings(self, before: date, may_go: Callable[[Told, bool], bool]) -> int:
        """Take away tellings from before then; return how many.

        `may_go` is asked about each that proves nothing; True where its finding is open or has ended since.
        """
        proved = {each.message_id for each in self._notices}
        gone = 0
        for followed, told in self._told.items():
            entry = self._entries.get(followed)
            counts = entry is not None and (entry.ended_on is None or entry.ended_on >= before)
            old = [each for each in told if each.telling.on < before and each.message_id not in proved]
            away = [each for each in old if may_go(each, counts)]
            self._told[followed] = [each for each in told if each not in away]
            gone += len(told) - len(self._told[followed])
        self._mailed = defaultdict(list)
        for (monitor, *_), told in self._told.items():
            for each in told:
                if each.message_id is not None:
                    self._mailed[each.message_id].append((monitor, each))
        return gone

    def text_of(self, followed: Followed) -> str | None:
        """Return how a finding was last told."""
        told = self._told.get(followed)
        return told[-1].text if told else None

    def told_in(self, message_id: str) -> bool:
        """Tell whether a message tells of anything."""
        return bool(self._mailed.get(message_id))

    def _whole(self, followed: Followed, entry: Entry, counts: Callable[[str | None], bool]) -> Entry:
        tellings = [each.telling for each in self._told.get(followed, []) if counts(each.message_id)]
        ends = condensed(tellings, entry.first_seen)
        return replace(entry, tellings=ends, snooze=self._snoozes.get(followed))


def _notice(monitor: str, told: Told, message_id: str, address: str, now: datetime) -> Notice:
    telling = told.telling
    return Notice(
        now, address, monitor, told.rule, telling.section, told.key, telling.due, message_id, told.text
    )


def _plain(address: str) -> bytes:
    return address.encode().lower()  # ASCII alone, as in a database
