"""Who watches the watchman from outside."""

from typing import Protocol


class Watchers(Protocol):
    """Hear that the master is there; nothing that goes wrong on the way to them disturbs it."""

    def ready(self) -> None:
        """Hear that the watch has begun."""
        ...

    def alive(self) -> None:
        """Hear, once a minute or more often, that the master is not stuck."""
        ...

    def cycle_ended(self, *, failed: bool) -> None:
        """Hear how a cycle ended."""
        ...

    def stopping(self) -> None:
        """Hear that the watch is over."""
        ...
