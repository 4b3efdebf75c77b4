"""A plot before it is drawn: words and numbers, and where a number is not known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "least", "about", "unknown"]
"""`least`: not everything was seen, and there may be more; `about`: it is as it was seen before."""
SIGNS: Mapping[Mark, str] = {"": "", "least": "≥ ", "about": "≈ ", "unknown": ""}
UNKNOWN = "?"
WIDTH = 400
STANDING_HEIGHT = 250
ROW = 24


@dataclass(frozen=True, slots=True)
class Spot:
    """Hold what stands at one place of the axis: a number of each series, `None` where it is not known."""

    label: str
    numbers: tuple[int | None, ...]
    mark: Mark = ""

    @property
    def written(self) -> tuple[str, ...]:
        """Write the numbers, with a sign where they are not certain."""
        return tuple(UNKNOWN if each is None else f"{SIGNS[self.mark]}{each}" for each in self.numbers)


@dataclass(frozen=True, slots=True)
class Plot:
    """Hold a picture: columns that stand, or rows that lie where labels are long."""

    name: str
    title: str
    spots: tuple[Spot, ...]
    series: tuple[str, ...] = ()
    """What each number of a place counts, where there are several."""
    lying: bool = False

    @property
    def width(self) -> int:
        """Say how wide the picture is: small enough that its letters are read on a phone."""
        return WIDTH

    @property
    def height(self) -> int:
        """Say how high the picture is, in the units of which `WIDTH` are across."""
        return max(len(self.spots), 2) * ROW + 16 if self.lying else STANDING_HEIGHT
