"""A daily job that a person lets rest for some days; it goes on by itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sereno.domain.errors import Fault, FaultyInput

LONGEST: Final = 90
"""Days for which a job may rest: who pauses one for longer has forgotten it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Say that a job is not started, and why."""

    job: str
    until: date
    """The day on which it goes on."""
    who: str
    why: str
    since: datetime

    @property
    def words(self) -> str:
        """Say so in a sentence without its end."""
        return f"en pausa hasta el {self.until:%d/%m/%Y} ({self.who}: {self.why})"

    def holds(self, today: date) -> bool:
        """Tell whether the job still rests."""
        return today < self.until


def check_pause(until: date, why: str, today: date) -> None:
    """Raise FaultyInput for a pause without a reason, or that ends in the past or too late."""
    faults = []
    if not today < until <= today + timedelta(days=LONGEST):
        last = today + timedelta(days=LONGEST)
        expected = f"un día después de hoy y no posterior al {last:%d/%m/%Y} ({LONGEST} días)"
        faults.append(Fault("hasta", f"{until:%d/%m/%Y}", expected))
    if not why.strip():
        faults.append(Fault("motivo", "no lo hay", "por qué se pausa: los demás lo leerán"))
    if faults:
        raise FaultyInput(tuple(faults))
