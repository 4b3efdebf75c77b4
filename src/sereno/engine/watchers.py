"""Who watches the watchman from outside: they raise the alarm when he falls silent."""

from typing import Protocol


class Watchers(Protocol):
    """Hear how the master is; no call ever raises, or holds the watch up for long."""

    def ready(self) -> None:
        """Hear that the first cycle has ended: the watch has begun."""
        ...

    def alive(self) -> None:
        """Hear that the master is there, several times a minute or in every slice of a rest."""
        ...

    def stopping(self) -> None:
        """Hear that the watch is over on purpose."""
        ...

    def cycle_ended(self, *, failed: bool) -> None:
        """Hear how a cycle ended."""
        ...
