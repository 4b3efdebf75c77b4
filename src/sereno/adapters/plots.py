"""Plots as SVG, light or dark as the reader's system is; the same bytes every time."""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from io import StringIO
from itertools import groupby
from textwrap import fill
from threading import Lock
from typing import Final
from xml.sax.saxutils import escape

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sereno.engine.plotting import Plot, Spot

POINTS: Final = 72
LABEL_LENGTH: Final = 30
"""Letters of a label that are drawn; the table beside the picture has it whole."""
FEW: Final = 8
"""Columns that each have their number and their label."""
COLUMN_LETTERS: Final = 9
"""Of a label on one line under a column."""
LABELS: Final = 7
"""Labels under more columns than that."""

_INK, _SOFT, _LINE, _DOUBT = "#1b2431", "#586374", "#dedcd4", "#fbf0d5"
_SERIES = ("#b26b00", "#2a7a50")
_ONE = "#3b6ea5"
_DARK: Final = {
    _INK: "#e5e9ef",
    _SOFT: "#9aa6b6",
    _LINE: "#2b3543",
    _DOUBT: "#4a3b14",
    _SERIES[0]: "#f0b64a",
    _SERIES[1]: "#5fb88a",
    _ONE: "#8fbcec",
}
_SHEET: Final = ("#ffffff", "#161d27")
_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
_DRAWING = Lock()
"""Matplotlib's settings belong to the whole process."""


def draw_plot(plot: Plot) -> bytes:
    """Draw a plot as an SVG that fetches nothing and runs nothing; threads may call."""
    with _DRAWING, _settings(), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # a letter that the measuring font lacks: browsers have it
        return _themed(_drawn(plot), plot.title)


def _settings() -> AbstractContextManager[None]:
    return rc_context({"svg.fonttype": "none", "svg.hashsalt": "sereno", "font.family": "DejaVu Sans"})


def _drawn(plot: Plot) -> str:
    figure = Figure(figsize=(plot.width / POINTS, plot.height / POINTS))
    figure.patch.set_alpha(0)
    axes = figure.add_axes(
        (0.4, 0.02, 0.5, 0.96) if plot.lying else (0.03, 0.16, 0.94, 0.7 if plot.series else 0.8)
    )
    _clear(axes, lying=plot.lying)
    if plot.lying:
        _lie(axes, plot.spots)
    else:
        _stand(axes, plot)
    picture = StringIO()
    figure.savefig(picture, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return picture.getvalue()


def _lie(axes: Axes, spots: Sequence[Spot]) -> None:
    places = range(len(spots))
    axes.barh(places, [spot.numbers[0] or 0 for spot in spots], height=0.62, color=_ONE)
    most = max((spot.numbers[0] or 0 for spot in spots), default=0) or 1
    for place, spot in zip(places, spots, strict=True):
        over = (spot.numbers[0] or 0) + most * 0.02
        axes.text(over, place, spot.written[0], va="center", fontsize=11, color=_INK)
    axes.set_yticks(places, [_short(spot.label) for spot in spots], fontsize=11, color=_INK, parse_math=False)
    axes.set_xlim(0, most * 1.15)
    axes.set_ylim(len(spots) - 0.5, -0.5)


def _stand(axes: Axes, plot: Plot) -> None:
    spots, several = plot.spots, max(len(plot.series), 1)
    width = 0.78 / several
    most = max((number or 0 for spot in spots for number in spot.numbers), default=0) or 1
    for first, last in _doubtful(spots) if len(spots) > FEW else ():
        axes.axvspan(first - 0.5, last + 0.5, color=_DOUBT, linewidth=0, zorder=0)
    for series in range(several):
        left = [place - 0.39 + width * (series + 0.5) for place in range(len(spots))]
        heights = [spot.numbers[series] or 0 for spot in spots]
        label = plot.series[series] if plot.series else ""
        axes.bar(left, heights, width=width, color=_SERIES[series] if plot.series else _ONE, label=label)
    _number_columns(axes, spots, most)
    _label_columns(axes, spots)
    if plot.series:
        _legend(axes, several)
    axes.set_xlim(-0.5, len(spots) - 0.5)
    axes.set_ylim(0, most * 1.14)


def _doubtful(spots: Sequence[Spot]) -> Iterator[tuple[int, int]]:
    """Name the first and the last place of each stretch that was not seen whole."""
    for doubtful, places in groupby(range(len(spots)), lambda place: bool(spots[place].mark)):
        if doubtful:
            first, *rest = places
            yield first, rest[-1] if rest else first


def _number_columns(axes: Axes, spots: Sequence[Spot], most: int) -> None:
    """Write numbers over few columns; over many, the scale, and a mark over what is not known."""
    for place, spot in enumerate(spots):
        if len(spots) <= FEW and len(spot.numbers) == 1:
            over = (spot.numbers[0] or 0) + most * 0.03
            axes.text(place, over, spot.written[0], ha="center", fontsize=12, fontweight="bold", color=_INK)
        elif spot.mark == "unknown":
            axes.text(place, most * 0.03, "?", ha="center", fontsize=10, color=_INK)
    if len(spots) > FEW:
        axes.axhline(most, color=_LINE, linewidth=1, zorder=0)
        axes.text(-0.5, most * 1.02, str(most), fontsize=11, color=_SOFT)


def _label_columns(axes: Axes, spots: Sequence[Spot]) -> None:
    step = 1 if len(spots) <= FEW else -(-len(spots) // LABELS)
    places = list(range(len(spots) - 1, -1, -step))[::-1]
    labels = [fill(_short(spots[place].label), COLUMN_LETTERS, break_long_words=False) for place in places]
    axes.set_xticks(places, labels, fontsize=11, color=_SOFT, parse_math=False)


def _legend(axes: Axes, several: int) -> None:
    legend = axes.legend(
        loc="lower left", bbox_to_anchor=(0.05, 1.0), ncols=several, frameon=False, fontsize=11
    )
    for text in legend.get_texts():
        text.set_color(_INK)


def _clear(axes: Axes, *, lying: bool) -> None:
    """Leave the line alone that bars stand on."""
    axes.patch.set_alpha(0)
    (axes.xaxis if lying else axes.yaxis).set_visible(False)
    axes.tick_params(length=0, pad=6)
    base = "left" if lying else "bottom"
    for side in {"top", "left", "right", "bottom"} - {base}:
        axes.spines[side].set_visible(False)
    axes.spines[base].set_color(_LINE)


def _short(label: str) -> str:
    return label if len(label) <= LABEL_LENGTH else label[: LABEL_LENGTH - 1] + "…"


def _themed(svg: str, title: str) -> bytes:
    """Name the picture, and let the reader's system choose between light and dark."""
    style = "".join(_style())
    drawn = re.sub(r"#[0-9a-f]{6}\b", lambda found: _variable(found[0]), svg[svg.index("<svg") :])
    drawn = drawn.replace("'DejaVu Sans'", _FONT)
    head, body = drawn.split(">", 1)
    return f'{head} role="img">\n<title>{escape(title)}</title>\n<style>{style}</style>{body}'.encode()


def _style() -> Iterator[str]:
    light_ones = "".join(f"--c{light[1:]}:{light};" for light in _DARK)
    yield ":root{" + light_ones + f"background:{_SHEET[0]}}}"
    dark = "".join(f"--c{light[1:]}:{dark};" for light, dark in _DARK.items())
    yield "@media (prefers-color-scheme:dark){:root{" + dark + f"background:{_SHEET[1]}}}}}"


def _variable(colour: str) -> str:
    return f"var(--c{colour[1:]})" if colour in _DARK else colour
