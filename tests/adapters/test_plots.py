"""Plots as SVG: whole, safe, the same every time, and in the colours that the reader's system asks for."""

import re
import sys
from subprocess import run
from xml.etree import ElementTree as ET

import pytest

from sereno.adapters.plots import draw_plot
from sereno.engine.plotting import Plot, Spot

SVG = "{http://www.w3.org/2000/svg}"
EVIL = "</text><script>alert(1)</script>\"'&$x^2$ 日本 😀 #1b2431"


def texts(picture):
    return ["".join(each.itertext()) for each in ET.fromstring(picture).iter(f"{SVG}text")]


def a_plot(*spots, **changes):
    return Plot(**{"name": "edad", "title": "Abiertos", "spots": spots, **changes})


def weeks(*marks):
    return a_plot(
        *(Spot(f"{n:02}/11", (None if m == "unknown" else n, n), m) for n, m in enumerate(marks)),
        series=("a", "b"),
    )


def test_numbers_and_labels_stand_in_the_picture_as_texts():
    shown = texts(draw_plot(a_plot(Spot("0 a 7 días", (3,)), Spot("8 a 30", (0,)))))
    assert {"0 a 7", "días", "8 a 30", "3", "0"} <= set(shown)


def test_what_is_not_known_is_a_question_mark_and_no_zero():
    shown = texts(draw_plot(a_plot(Spot("uno", (None,), "unknown"), Spot("dos", (4,), "least"), lying=True)))
    assert "?" in shown
    assert "≥ 4" in shown
    assert "0" not in shown
    many = draw_plot(weeks(*[""] * 10, "unknown", "least"))
    assert texts(many).count("?") == 1
    assert many.count(b"fill: var(--cfbf0d5)") == 1


@pytest.mark.parametrize("lying", [True, False])
def test_a_hostile_label_is_a_text(lying):
    picture = draw_plot(a_plot(Spot(EVIL[:20], (1,)), Spot(EVIL[20:], (2,)), title=EVIL, lying=lying))
    root = ET.fromstring(picture)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        "svg", "title", "style", "defs", "g", "path", "text", "clipPath", "rect", "use"
    }  # fmt: skip
    assert root.find(f"{SVG}title").text == EVIL


def test_a_picture_fetches_nothing():
    picture = draw_plot(weeks(*[""] * 26)).decode()
    assert re.findall(r'(?:href|src)="(?!#)[^"]*"|url\((?!#)|@import', picture) == []


def test_every_colour_has_its_counterpart_for_the_dark():
    picture = draw_plot(weeks(*[""] * 10, "unknown", "least")).decode()
    drawn = picture.split("</style>", 1)[1]
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []
    asked = set(re.findall(r"var\((--c[0-9a-f]{6})\)", drawn))
    light, dark = picture.split("@media (prefers-color-scheme:dark)")
    for name in asked:
        assert f"{name}:#" in light
        assert f"{name}:#" in dark.split("</style>")[0]


def test_the_same_plot_is_drawn_the_same():
    assert draw_plot(weeks("", "least")) == draw_plot(weeks("", "least"))


def test_a_plot_of_nothing_is_drawn():
    for plot in (a_plot(), a_plot(lying=True), a_plot(Spot("", (0,)))):
        ET.fromstring(draw_plot(plot))


def test_who_asks_for_no_plot_waits_for_no_matplotlib():
    loaded = "import sys, sereno.bootstrap.console; sys.exit('matplotlib' in sys.modules)"
    assert run([sys.executable, "-c", loaded], check=False).returncode == 0
