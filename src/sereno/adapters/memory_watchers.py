"""The watchers outside, in memory: they remember what they were told."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class MemoryWatchers:
    """Remember every word."""

    words: list[str] = field(default_factory=list)

    def ready(self) -> None:
        """Remember that the watch has begun."""
        self.words.append("ready")

    def alive(self) -> None:
        """Remember a sign of life."""
        self.words.append("alive")

    def stopping(self) -> None:
        """Remember that the watch is over."""
        self.words.append("stopping")

    def cycle_ended(self, *, failed: bool) -> None:
        """Remember how a cycle ended."""
        self.words.append("bad" if failed else "good")
