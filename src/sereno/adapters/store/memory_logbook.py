"""What the store in memory remembers of the master's own watch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter

from sereno.adapters.store.grouped import Grouped
from sereno.adapters.store.memory_mail import Shelf
from sereno.adapters.store.zones import moved
from sereno.domain.alarms import Alarm
from sereno.domain.cadence import Period
from sereno.domain.errors import StoreUnavailable
from sereno.domain.outbox import Message
from sereno.domain.pauses import Pause
from sereno.domain.wallclock import utc
from sereno.engine.logbook import DigestName, Lease, Missed, Process, Running


@dataclass(slots=True)
class MemoryLogbook:
    """Keep the master's own records; times in UTC."""

    made: datetime
    shelf: Shelf
    periods: Grouped[tuple[str, str, str], Period]
    """By monitor and digest."""
    led: Lease | None = None
    works: dict[str, Running] = field(default_factory=dict)
    settled: dict[DigestName, datetime] = field(default_factory=dict)
    unserved: dict[tuple[str, str, str], Missed] = field(default_factory=dict)
    rests: dict[str, Pause] = field(default_factory=dict)
    told: dict[str, Alarm] = field(default_factory=dict)

    def made_at(self) -> datetime:
        """Tell when the store was made."""
        return self._local(self.made)

    def lease(self) -> Lease | None:
        """Return who leads, or led last and did not let go."""
        return None if self.led is None else moved(self.led, self.shelf.zone, "since", "until")

    def take(self, lease: Lease, instead_of: Lease | None) -> bool:
        """Take, or renew, the lead; False, and nothing changes, where the lease is no longer `instead_of`."""
        seen = instead_of and moved(instead_of, UTC, "since", "until")  # an hour that comes twice is two
        fresh = moved(lease, UTC, "since", "until")
        with self.shelf.lock:
            if self.led != seen:
                return False
            self.led = fresh
        return True

    def let_go(self, holder: Process) -> None:
        """Give up the lead, if that process has it."""
        with self.shelf.lock:
            if self.led is not None and self.led.holder == holder:
                self.led = None

    def job_started(self, running: Running) -> None:
        """Note that a job was started, in the place of what was noted of it."""
        self.works[running.job] = moved(running, UTC, "started_at")

    def job_ended(self, job: str) -> None:
        """Forget that a job was started."""
        self.works.pop(job, None)

    def running(self) -> list[Running]:
        """Return the jobs whose end nobody has recorded, in the order in which they started."""
        ordered = sorted(self.works.values(), key=attrgetter("started_at", "job"))
        return [moved(each, self.shelf.zone, "started_at") for each in ordered]

    def accounts(self) -> Mapping[DigestName, datetime]:
        """Return until when the periods of each digest that have ended are accounted for."""
        return {name: self._local(until) for name, until in self.settled.items()}

    def account(
        self, monitor: str, digest: str, until: datetime, missed: Sequence[Period], now: datetime
    ) -> None:
        """Note that every period that ended up to `until` was served, or is one of the `missed`."""
        with self.shelf.lock:
            name = monitor, digest
            self.settled[name] = max(utc(until), self.settled.get(name, utc(until)))
            for each in missed:
                noted = Missed(monitor, digest, each.id, utc(each.closes), utc(now))
                self.unserved.setdefault((*name, each.id), noted)

    def closed_periods(self, monitor: str, digest: str, after: datetime, until: datetime) -> list[Period]:
        """Return the noted periods that ended after `after`, at `until` at the latest, in that order."""
        first, last = utc(after), utc(until)
        noted = self.periods.of((monitor, digest))
        closed = sorted(
            (each for each in noted if first < each.closes <= last), key=attrgetter("closes", "id")
        )
        return [moved(each, self.shelf.zone, "opens", "closes") for each in closed]

    def missed(self, since: datetime) -> list[Missed]:
        """Return the missed periods noted at or after `since`, in the order in which they ended."""
        noted = [each for each in self.unserved.values() if each.noted_at >= utc(since)]
        ordered = sorted(noted, key=attrgetter("closed_at", "monitor", "digest", "period"))
        return [moved(each, self.shelf.zone, "closed_at", "noted_at") for each in ordered]

    def pauses(self) -> Mapping[str, Pause]:
        """Return the last pause of each job that had one, also one that is over."""
        return {job: moved(each, self.shelf.zone, "since") for job, each in self.rests.items()}

    def pause_instead(self, pause: Pause, of: Pause | None) -> bool:
        """Let a job rest where the pause that it had is still that one; else False, and nothing changes."""
        seen = of and moved(of, UTC, "since")
        with self.shelf.lock:
            if self.rests.get(pause.job) != seen:
                return False
            self.rests[pause.job] = moved(pause, UTC, "since")
        return True

    def alarms(self) -> Mapping[str, Alarm]:
        """Return by subject what the operators know and what is not over."""
        return {
            subject: moved(alarm, self.shelf.zone, "since", "told_at") for subject, alarm in self.told.items()
        }

    def tell(self, alarms: Sequence[Alarm], over: Collection[str], message: Message | None) -> None:
        """Write what the operators are told, and the mail that tells it, at once."""
        told = {alarm.subject: moved(alarm, UTC, "since", "told_at") for alarm in alarms}
        with self.shelf.lock:
            if message is not None:
                if message.id in self.shelf.messages:
                    raise StoreUnavailable(
                        f"El almacén en memoria: el mensaje {message.id} ya estaba anotado; "
                        "no se ha escrito nada. Es un defecto del programa: comuníquelo"
                    )
                self.shelf.add(message)
            for subject in over:
                self.told.pop(subject, None)
            self.told |= told

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.shelf.zone)
