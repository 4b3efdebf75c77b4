import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.golden.risks import monthly_risks

from sereno.adapters.charts import HEIGHT, WIDTH, draw_chart
from sereno.domain.digest import Chart

CHARTS = monthly_risks().charts
NAMES = ["ages", "overdue"]


def pixels(png):
    """Decode an 8-bit RGBA picture to its rows of bytes, and return them with its width."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 6)
    at, packed = 8, b""
    while at < len(png):
        length, chunk = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + length] if chunk == b"IDAT" else b""
        at += 12 + length
    return width, unfiltered(zlib.decompress(packed), 4 * width, height)


def unfiltered(data, stride, height):
    rows, above = [], bytearray(stride)
    for start in range(0, height * (stride + 1), stride + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + stride])
        for at in range(stride):
            left = row[at - 4] if at >= 4 else 0
            corner = above[at - 4] if at >= 4 else 0
            row[at] = (row[at] + predicted(kind, left, above[at], corner)) & 255
        rows.append(row)
        above = row
    return rows


def predicted(kind, left, above, corner):
    nearest = min((left, above, corner), key=lambda each: abs(left + above - corner - each))
    return (0, left, above, (left + above) // 2, nearest)[kind]


def bar_heights(chart):
    """Measure the longest run of the bars' blue in each column of pixels, and list the bars' heights."""
    width, rows = pixels(draw_chart(chart))
    blue = [sum(bytes(row[4 * at : 4 * at + 3]) == b"\x3b\x6e\xa5" for row in rows) for at in range(width)]
    return [blue[at] for at in range(1, width) if blue[at] > 1 and blue[at - 1] <= 1]


@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_a_chart_is_a_small_sharp_picture(chart):
    png = draw_chart(chart)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width >= 1.5 * WIDTH
    assert width / height == pytest.approx(WIDTH / HEIGHT, abs=0.01)
    assert len(png) <= 40_000


@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_the_same_chart_gives_the_same_bytes(chart):
    assert draw_chart(chart) == draw_chart(chart)


def test_a_bar_is_as_high_as_its_number():
    heights = bar_heights(Chart("x", "T", (("a", 10), ("b", 20), ("c", 0), ("d", 5)), ""))
    assert len(heights) == 3
    assert [round(height / max(heights), 1) for height in heights] == [0.5, 1.0, 0.2]


def test_the_card_is_white_so_that_a_dark_ground_hides_nothing():
    width, rows = pixels(draw_chart(CHARTS[0]))
    assert bytes(rows[20][4 * 20 : 4 * 20 + 4]) == b"\xff\xff\xff\xff"
    assert rows[0][3] == 0  # its corners are round
    assert {row[4 * (width // 2) + 3] for row in rows[4:-4]} == {255}


@pytest.mark.parametrize("bars", [(), (("a", 0), ("b", 0)), (("$x^{", 3), ("\\frac", 1))])
def test_a_chart_of_nothing_or_of_odd_labels_is_drawn(bars):
    assert draw_chart(Chart("x", "T", bars, "")).startswith(b"\x89PNG")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text("abc ñ$_^{}", max_size=12), st.integers(0, 10**7)), max_size=14))
def test_any_numbers_can_be_drawn_within_the_size(bars):
    assert len(draw_chart(Chart("x", "T", tuple(bars), ""))) <= 40_000
