import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.adapters.html.render import render_digest
from sereno.domain.digest import BLANK, Badge, Digest, Line, Section, badge

GOLDEN = Path(__file__).parents[1] / "golden"
HEADINGS = ("ID", "Nombre", "Nº serie", "PN", "Marca", "Modelo", "Fin de calibración", "Días")
EXPIRED = """
118 | Osciloscopio digital | NV-20417 | OSC-4104 | Norvatest | O4104 | — | — | sin certificado
231 | Célula de carga 50 kN | 0077-C | CC-50K | Ibertrón | CK50 | — | — | sin fecha de fin
87 | Multímetro de banco | LM 55120 | MB-6½ | Lumetra | L6500 | 12/10/2026 | -43 | caducado
1204 | Analizador de espectros | AE-3391 | SA-26G | Norvatest | S26 | 21/11/2026 | -3 | caducado
96 | Pinza amperimétrica | PA-1180 | PA-600 | Lumetra | P600 | 24/11/2026 | 0 | caducado
"""
NEAR = """
412 | Llave dinamométrica 20-100 Nm | LD-0932 | LD-100 | Ibertrón | T100 | 25/11/2026 | 1
305 | Termohigrómetro | TH-7741 | TH-2 | Climatest | H2 | 30/11/2026 | 6
1377 | Generador de señal vectorial | GS-4410 | VSG-6 | Norvatest | V6 | 09/12/2026 | 15
158 | Balanza de precisión | BP-0021 | BP-3K | Ibertrón | B3000 | 24/12/2026 | 30
"""
LARGE = """
100234 | Generador de señal vectorial de banda ancha | NV-2041-77A | VSG-6-OPT-14 | Norvatest \
| Serie V6000 | 24/12/2026 | -3 | sin fecha de fin de calibración
"""
WARNING = (
    "No se ha podido comprobar «Equipos de medida» (BR): falta la columna FechaFinServicio "
    "en la tabla TbEquiposMedida del registro brass. "
    "Revise la tabla en la base de datos o su declaración."
)
WHY = (
    "Recibe este aviso cada día laborable porque administra los equipos de medida (BRASS). "
    "Si no le corresponde, escriba a calidad@example.com."
)


def lines(table):
    rows = [tuple(map(str.strip, row.split("|"))) for row in table.strip().splitlines()]
    days = [None if row[7] == BLANK else badge(int(row[7])) for row in rows]
    return tuple(Line((*row[:7], BLANK, *row[8:]), it) for row, it in zip(rows, days, strict=True))


def brass_digest(**changes):
    digest = Digest(
        monitor="Equipos de medida (BRASS)",
        title="Equipos de medida fuera de calibración",
        day=date(2026, 11, 24),
        summary="Equipos fuera de calibración: 5 · Equipos próximos a caducar (30 días): 4",
        sections=(
            Section("BR-1", "Equipos fuera de calibración", (*HEADINGS, "Motivo"), lines(EXPIRED), 7, 5),
            Section("BR-2", "Equipos próximos a caducar (30 días)", HEADINGS, lines(NEAR), 7, 4),
        ),
        why=WHY,
    )
    return replace(digest, **changes)


def blind_digest():
    return brass_digest(
        sections=(), warnings=(WARNING,), summary="informe incompleto, hay reglas sin comprobar"
    )


def one_section(*cells, total=1, badge=None, badge_at=None):
    headings = tuple(f"Campo {number}" for number, _ in enumerate(cells, start=1))
    return brass_digest(
        sections=(Section("X-1", "Título", headings, (Line(cells, badge),), badge_at, total),)
    )


def large_digest():
    section = Section("X", "Equipos fuera de calibración", (*HEADINGS, "Motivo"), lines(LARGE) * 25, 7, 400)
    return brass_digest(sections=(section,) * 4)


class Reader(HTMLParser):
    """Collect what a browser would make of a page: its elements, and its text without style and title."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words, self.open = [], [], []
        self.feed(page)
        self.close()
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in {"style", "title"}:
            self.open.append(tag)
        elif tag != "span":
            self.words.append(" ")

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data):
        if not self.open:
            self.words.append(data)


def luminance(colour):
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("part", ["html", "text"])
def test_the_brass_digest_looks_as_it_was_approved(part):
    rendered = getattr(render_digest(brass_digest()), part)
    file = GOLDEN / f"brass_diario.{'txt' if part == 'text' else part}"
    if not file.exists():
        file.write_text(rendered, encoding="utf-8", newline="\n")
        pytest.fail(f"{file.name} was missing and has been written: look at it, then run again")
    assert rendered == file.read_text(encoding="utf-8")


def test_both_parts_say_everything_that_the_digest_says():
    digest = brass_digest(warnings=(WARNING,))
    rendered = render_digest(digest)
    said = [digest.monitor, digest.title, digest.summary, digest.why, *digest.warnings]
    said += ["martes, 24 de noviembre de 2026"]
    for section in digest.sections:
        said += [section.title, *section.headings]
        for line in section.lines:
            said += [cell for at, cell in enumerate(line.cells) if at != section.badge_at]
            said += [line.badge.words] if line.badge else []
    html, text = Reader(rendered.html).text, " ".join(rendered.text.split())
    assert [words for words in said if words not in html] == []
    assert [words for words in said if words not in text] == []


def test_warnings_stand_before_the_first_section_in_both_parts():
    rendered = render_digest(brass_digest(warnings=(WARNING,)))
    for part in (Reader(rendered.html).text, " ".join(rendered.text.split())):
        assert part.rindex(WARNING) < part.index("Osciloscopio")


def test_the_inbox_preview_begins_with_a_warning_and_else_with_the_summary():
    digest = brass_digest()
    assert Reader(render_digest(digest).html).text.startswith(digest.summary)
    warned = render_digest(replace(digest, warnings=(WARNING,)))
    assert Reader(warned.html).text.startswith(f"Atención: {WARNING} {digest.summary}")


def test_a_blind_digest_never_suggests_that_nothing_is_due():
    rendered = render_digest(blind_digest())
    for part in (Reader(rendered.html).text, " ".join(rendered.text.split())):
        assert WARNING in part
        assert "no significa que no haya nada pendiente" in part


def test_a_digest_with_sections_and_no_warnings_raises_no_alarm():
    rendered = render_digest(brass_digest())
    assert "Atención" not in rendered.html
    assert "ATENCIÓN" not in rendered.text


def test_a_cut_section_says_how_many_rows_it_leaves_out():
    rendered = render_digest(one_section("1", total=376))
    assert "y 375 más" in Reader(rendered.html).text
    assert "Título 376" in Reader(rendered.html).text
    assert rendered.text.count("y 375 más") == 1
    assert " más" not in render_digest(one_section("1", total=1)).text


def test_a_section_that_gives_no_total_counts_its_lines():
    rendered = render_digest(one_section("1", total=0))
    assert "Título 1" in Reader(rendered.html).text
    assert "Título (1)" in rendered.text


def test_a_badge_replaces_its_cell_and_says_its_colour_in_words():
    rendered = render_digest(one_section("7", "-3", badge=Badge("red", "vencida hace 3 días"), badge_at=1))
    assert "vencida hace 3 días" in Reader(rendered.html).text
    assert "vencida hace 3 días" in rendered.text
    assert "-3" not in Reader(rendered.html).text + rendered.text


def test_a_row_without_a_badge_shows_the_cell_itself():
    rendered = render_digest(one_section("7", "sin fecha", badge_at=1))
    assert "sin fecha" in Reader(rendered.html).text
    assert "sin fecha" in rendered.text


def everywhere(text):
    digest = one_section(text, text, badge=Badge("red", text), badge_at=1)
    section = replace(digest.sections[0], title=text, headings=(text, text))
    places = {"monitor": text, "title": text, "summary": text, "why": text, "warnings": (text,)}
    return replace(digest, sections=(section,), **places)


def elements_of(digest):
    return [element for element in Reader(render_digest(digest).html).elements if element[0] != "span"]


@given(st.text(st.characters(), min_size=1, max_size=60).map("a".__add__))
def test_no_text_of_a_register_becomes_markup(text):
    assert elements_of(everywhere(text)) == elements_of(everywhere("a"))


def test_markup_and_quotes_in_every_place_stay_text():
    hostile = """</style></title><script>alert('1')</script><img src="x">"""
    page = render_digest(everywhere(hostile)).html
    assert not {"script", "img"} & {tag for tag, _ in Reader(page).elements}
    assert page.count("</style>") == page.count("<style>")


@given(st.text(st.characters(), max_size=40))
def test_both_parts_can_be_sent_whatever_a_register_holds(text):
    rendered = render_digest(everywhere(text))
    for part in (rendered.html, rendered.text):
        part.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]", part)


@pytest.mark.parametrize(
    ("raw", "read"), [("uno\r\n\tdos\x0b\x00tres", "uno dos tres"), ("A\u202ecilbup\u2066", "Acilbup")]
)
def test_a_text_becomes_one_line_that_cannot_turn_the_writing_around(raw, read):
    rendered = render_digest(one_section(raw))
    assert read in rendered.text
    assert f">{read}<" in rendered.html


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), min_size=1, max_size=9))
def test_no_line_of_the_text_part_passes_80_columns(cells):
    rendered = render_digest(one_section(*cells))
    assert max(map(len, rendered.text.splitlines())) <= 80


def test_values_of_the_text_part_are_aligned():
    block = render_digest(brass_digest()).text.split("\n\n")
    row = next(rows for rows in block if "Multímetro" in rows).splitlines()
    cells = next(line.cells for line in lines(EXPIRED) if "Multímetro de banco" in line.cells)
    values = (*cells[:7], "vencida hace 43 días", cells[8])
    assert {line.index(value) for line, value in zip(row, values, strict=True)} == {25}


def test_a_long_word_may_break_so_that_no_column_pushes_the_others_out():
    page = render_digest(one_section("x" * 300, "corto")).html
    assert f'<span style="word-break:break-all">{"x" * 300}</span>' in page
    assert "<td>corto</td>" in page


def test_a_column_of_figures_is_aligned_to_the_right():
    page = render_digest(brass_digest()).html
    assert re.search(r'<td[^>]* align="right">1204</td>', page)
    assert "<td>NV-20417</td>" in page


def test_the_page_asks_for_nothing_from_outside():
    page = render_digest(brass_digest(warnings=(WARNING,))).html
    elements = Reader(page).elements
    assert not {tag for tag, _ in elements} & {"img", "link", "script", "iframe", "form", "object", "base"}
    assert not {name for _, attrs in elements for name in attrs} & {"src", "srcset", "href", "background"}
    assert not re.search(r"url\(|@import|https?:", page)


def test_the_page_says_its_language_and_which_tables_are_data():
    elements = Reader(render_digest(brass_digest()).html).elements
    assert ("html", {"lang": "es"}) in elements
    tables = [attrs for tag, attrs in elements if tag == "table"]
    assert sum(attrs.get("role") == "presentation" for attrs in tables) == len(tables) - 2
    heads = [attrs for tag, attrs in elements if tag == "th"]
    assert len(heads) == 17
    assert all(attrs["scope"] == "col" for attrs in heads)


def test_every_pair_of_colours_reads_at_level_aa():
    page = render_digest(brass_digest(warnings=(WARNING,))).html
    pairs = set(re.findall(r"background:(#\w{6})(?:!important)?;color:(#\w{6})", page))
    assert len(pairs) == 12
    assert {pair for pair in pairs if contrast(*pair) < 4.5} == set()


@pytest.mark.parametrize(
    ("text", "ground"), [("#556270", "#ffffff"), ("#a3aeba", "#1b2128")], ids=["light", "dark"]
)
def test_muted_text_reads_at_level_aa(text, ground):
    page = render_digest(brass_digest()).html
    assert f"color:{text}" in page
    assert f"background:{ground}" in page
    assert contrast(text, ground) >= 4.5


def test_a_full_digest_stays_below_what_mail_programs_cut():
    assert len(render_digest(large_digest()).html.encode()) < 90_000
