"""What plots are made of, kept from one round to the next: asked for again, it is there at once."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

Made = TypeVar("Made")
MOST = 256
"""Pictures and figures of some forty filters, a few kilobytes each."""


@dataclass(slots=True)
class Drawn:
    """Keep the newest of what was made; threads may ask."""

    things: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def of(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is kept under a name, made now where it is not; who asks meanwhile may make it too."""
        with self.lock:
            if name in self.things:
                self.things.move_to_end(name)
                kept: Made = self.things[name]
                return kept
        made = make()
        with self.lock:
            self.things[name] = made
            while len(self.things) > MOST:
                self.things.popitem(last=False)
        return made
