"""Which jobs rest because a person says so: one answer for the master, the status and the console."""

from collections.abc import Mapping
from datetime import date

from sereno.domain.pauses import Pause
from sereno.engine.ports import Store


def resting(store: Store, today: date) -> Mapping[str, Pause]:
    """Return the pauses that hold, by job."""
    return {job: pause for job, pause in store.logbook.pauses().items() if pause.holds(today)}
