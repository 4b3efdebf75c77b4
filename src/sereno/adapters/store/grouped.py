"""What is kept one by one, found by group."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class Grouped(Generic[Key, Value]):
    """Find the values of a mapping by group; a key that went never comes back, and none changes its group."""

    kept: dict[Key, Value]
    group_of: Callable[[Key, Value], Hashable]
    stamp: tuple[int, Key | None] = (0, None)
    groups: dict[Hashable, list[Value]] = field(default_factory=dict)

    def of(self, group: Hashable) -> list[Value]:
        """Return a group's values in the order in which they were put there; not to be changed."""
        stamp = len(self.kept), next(reversed(self.kept), None)
        if stamp != self.stamp:
            groups = defaultdict[Hashable, list[Value]](list)
            for key, value in self.kept.items():
                groups[self.group_of(key, value)].append(value)
            self.stamp, self.groups = stamp, dict(groups)
        return self.groups.get(group, [])
