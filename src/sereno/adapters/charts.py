"""Bar charts as pictures that go with a mail."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from sereno.domain.digest import Chart

WIDTH: Final = 470
"""Points across, and pixels where a mail shows it."""
HEIGHT: Final = 230
DPI: Final = 120
"""More pixels than are shown, for sharp screens; fewer than would make a heavy mail."""

_INK, _MUTED, _BAR, _LINE, _CARD = "#1d2733", "#556270", "#3b6ea5", "#dfe4ea", "#ffffff"
_CROWDED = 6
_LARGEST, _SMALLEST = 12.0, 6.0
_LETTER = 0.64
"""How wide a letter is for its height."""


def draw_chart(chart: Chart) -> bytes:
    """Draw a bar chart as a PNG, the same bytes every time: a white card, which reads on any ground."""
    figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), dpi=DPI)
    figure.patch.set_alpha(0)
    figure.add_artist(_card())
    axes = figure.add_axes((0.035, 0.18, 0.93, 0.73))
    _draw_bars(axes, chart)
    _clear_frame(axes)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None}, pil_kwargs={"optimize": True})
    return picture.getvalue()


def _card() -> FancyBboxPatch:
    style = "round,pad=0,rounding_size=0.02"
    return FancyBboxPatch(
        (0, 0),
        1,
        1,
        boxstyle=style,
        mutation_aspect=WIDTH / HEIGHT,
        facecolor=_CARD,
        edgecolor="none",
        zorder=-1,
    )


def _draw_bars(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.bars))
    numbers = [number for _, number in chart.bars]
    bars = axes.bar(places, numbers, width=0.62, color=_BAR)
    written = [str(number) for number in numbers]
    axes.bar_label(bars, written, padding=3, fontsize=_size(written), fontweight="bold", color=_INK)
    labels = _broken([label for label, _ in chart.bars])
    axes.set_xticks(places, labels, fontsize=_size(labels), color=_MUTED, parse_math=False)
    axes.set_ylim(0, max([*numbers, 1]) * 1.12)


def _broken(labels: list[str]) -> list[str]:
    """Put the words of crowded labels on lines of their own."""
    return [label.replace(" ", "\n") for label in labels] if len(labels) > _CROWDED else labels


def _size(texts: Sequence[str]) -> float:
    """Choose a size, in points, at which each text has its place beside the others."""
    place = 0.93 * WIDTH / max(len(texts), 1)
    widest = max((len(line) for text in texts for line in text.split("\n")), default=0)
    return max(_SMALLEST, min(_LARGEST, place / (_LETTER * max(widest, 1))))


def _clear_frame(axes: Axes) -> None:
    """Leave the ground line alone: the numbers stand on their bars."""
    axes.patch.set_alpha(0)
    axes.yaxis.set_visible(False)
    axes.tick_params(axis="x", length=0, pad=6)
    axes.spines[["top", "left", "right"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
