import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.golden.reading import Reader, contrast
from tests.golden.risks import PLANS, monthly_risks, quality_risks
from tests.golden.samples import EQUIPMENT, SAMPLES, brass, technical_nonconformities
from tests.golden.tables import section

from sereno.adapters.html.render import MAX_BYTES, render_digest
from sereno.domain.digest import Digest, Line, Section

GOLDEN = Path(__file__).parents[1] / "golden"
ROW = """
ATLAS-III | Ana Robledo Prieto | R-117 | Pérdida de personal con acreditación de seguridad \
| Baja de dos técnicos en un mes | Iniciar la acreditación de tres suplentes | 01/07/2026 | 15/11/2026 | -9
"""
EQUIPMENT_ROW = """
100234 | Generador de señal vectorial de banda | NV-2041-77A | VSG-6-OPT-14 | Norvatest | Serie V6000 \
| 24/12/2026 | -43 | sin fecha de fin << NUEVO
"""


def large_digest(row, headings):
    rows = "".join([row.strip() + "\n"] * 25)
    names = (f"Sección {number} | {headings.partition('|')[2]}" for number in range(8))
    sections = (section(f"S{at}", "Acciones por replanificar", name, rows) for at, name in enumerate(names))
    return replace(brass(), sections=tuple(sections))


@pytest.mark.parametrize("part", ["html", "txt"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_digest_looks_as_it_was_approved(sample, part):
    rendered = render_digest(SAMPLES[sample]())
    written = rendered.html if part == "html" else rendered.text
    file = GOLDEN / f"{sample}.{part}"
    if not file.exists():
        file.write_text(written, encoding="utf-8", newline="\n")
        pytest.fail(f"{file.name} was missing and has been written: look at it, then run again")
    assert written == file.read_text(encoding="utf-8")


def test_values_of_the_text_part_are_aligned():
    block = render_digest(brass()).text.split("\n\n")
    row = next(rows for rows in block if "Multímetro" in rows).splitlines()
    lines = brass().sections[0].lines
    cells = next(line.cells for line in lines if "Multímetro de banco" in line.cells)
    values = (*cells[:7], "vencida hace 43 días", cells[8])
    assert {line.index(value) for line, value in zip(row, values, strict=True)} == {25}


def test_a_column_of_figures_is_aligned_to_the_right():
    page = render_digest(brass()).html
    assert re.search(r'<td[^>]* align="right">1204</td>', page)
    assert "<td nowrap>NV-20417</td>" in page


def test_the_page_says_its_language_and_which_tables_are_data():
    elements = Reader(render_digest(brass()).html).elements
    assert ("html", {"lang": "es"}) in elements
    tables = [attrs for tag, attrs in elements if tag == "table"]
    assert sum(attrs.get("role") == "presentation" for attrs in tables) == len(tables) - 2
    heads = [attrs for tag, attrs in elements if tag == "th"]
    assert len(heads) == 17
    assert all(attrs["scope"] == "col" for attrs in heads)


def test_every_pair_of_colours_reads_at_level_aa():
    grouped = replace(quality_risks(), warnings=("No se ha podido leer.",))
    page = "".join(render_digest(each).html for each in (brass(), grouped))
    pairs = set(re.findall(r"background:(#\w{6})(?:!important)?;color:(#\w{6})", page))
    assert len(pairs) == 16
    assert {pair for pair in pairs if contrast(*pair) < 4.5} == set()


@pytest.mark.parametrize(
    ("text", "ground"), [("#556270", "#ffffff"), ("#a3aeba", "#1b2128")], ids=["light", "dark"]
)
def test_muted_text_reads_at_level_aa(text, ground):
    page = render_digest(brass()).html
    assert f"color:{text}" in page
    assert f"background:{ground}" in page
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(
    ("row", "headings"), [(ROW, PLANS), (EQUIPMENT_ROW, f"{EQUIPMENT} | Motivo")], ids=["risks", "equipment"]
)
def test_eight_full_sections_of_nine_columns_stay_below_what_mail_programs_cut(row, headings):
    page = render_digest(large_digest(row, headings)).html
    assert len(page.encode()) < MAX_BYTES
    assert page.count('<tr><td class="e') == 8 * 25
    assert "…" not in page


def long_digest(characters, sections=8, rows=25):
    digest = large_digest(ROW, PLANS)
    line = digest.sections[0].lines[0]
    long = replace(line, cells=("x" * characters, *line.cells[1:]))
    lengthened = replace(digest.sections[0], lines=(long,) * rows, total=400)
    return replace(digest, sections=(lengthened,) * sections)


def test_long_cells_are_shortened_before_any_row_is_left_out():
    rendered = render_digest(long_digest(500, sections=4))
    assert len(rendered.html.encode()) < MAX_BYTES
    assert rendered.html.count('<tr><td class="e') == 4 * 25
    assert "x" * 500 not in rendered.html
    assert "…" in rendered.html
    assert sum(line.count("x") for line in rendered.text.splitlines()) >= 4 * 25 * 500


def test_what_still_does_not_fit_is_counted():
    page = render_digest(long_digest(500, rows=60)).html
    assert len(page.encode()) < MAX_BYTES
    rows = page.count('<tr><td class="e') // 8
    assert rows < 60
    assert page.count(f"y {400 - rows} más") == 8


def test_sections_alike_share_their_labels():
    lone, many = (replace(brass(), sections=brass().sections[:1] * times) for times in (1, 9))
    labels = [render_digest(digest).html.count("::before{content:") for digest in (lone, many)]
    assert labels == [9, 9]


def test_a_label_that_differs_from_the_usual_one_is_given_to_its_table():
    page = render_digest(technical_nonconformities()).html
    assert '[class~=t] td:nth-child(1)::before{content:"Código NC"}' in page
    page = render_digest(monthly_risks()).html
    assert '[class~=t] td:nth-child(2)::before{content:"Edición"}' in page
    assert '[class~=s2] td:nth-child(2)::before{content:"Nombre"}' in page


def test_a_section_without_badges_has_no_coloured_edge():
    bare = Section("X", "T", ("A",), (Line(("a",)),), None, 1)
    assert "<tr><td>a</td></tr>" in render_digest(replace(brass(), sections=(bare,))).html


@pytest.mark.long
def test_a_digest_of_hundreds_of_lists_stays_under_the_limit_and_says_what_it_leaves_out():
    line = Line(tuple(f"Texto largo de la celda número {at}" for at in range(8)))
    sections = tuple(
        Section(f"X-{n}", f"Lista {n}", tuple("ABCDEFGH"), (line,) * 10, total=10, group=f"Persona {n // 7}")
        for n in range(420)
    )
    page = render_digest(Digest("Monitor", "Título", date(2026, 11, 24), "resumen", sections)).html
    assert len(page.encode()) < 90_000
    assert "Lista 0" in page
    assert "hoja adjunta" in page
