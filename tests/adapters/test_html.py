import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.golden.reading import Reader
from tests.golden.risks import monthly_risks, quality_risks
from tests.golden.samples import SAMPLES, brass

from sereno.adapters.html.render import render_digest
from sereno.adapters.mime import content_id
from sereno.domain.digest import Badge, Chart, Figure, Line, Section

WARNING = (
    "No se ha podido comprobar «Equipos de medida» (BR): falta la columna FechaFinServicio "
    "en la tabla TbEquiposMedida del registro brass. "
    "Revise la tabla en la base de datos o su declaración."
)


def blind_digest():
    return replace(brass(), sections=(), warnings=(WARNING,), summary="Informe incompleto")


def one_section(*cells, total=1, **line):
    headings = tuple(f"Campo {number}" for number, _ in enumerate(cells, start=1))
    badge_at = line.pop("badge_at", None)
    section = Section("X-1", "Título", headings, (Line(cells, **line),), badge_at, total)
    return replace(brass(), sections=(section,))


def read(digest):
    """Return both parts as a reader sees them: words with single spaces."""
    rendered = render_digest(digest)
    return Reader(rendered.html).text, " ".join(rendered.text.split())


@pytest.mark.parametrize("sample", SAMPLES)
def test_both_parts_say_everything_that_the_digest_says(sample):
    digest = replace(SAMPLES[sample](), warnings=(WARNING,))
    said = [digest.monitor, digest.title, digest.summary, digest.why, digest.closing, digest.snoozed]
    said += ["martes, 24 de noviembre de 2026", digest.figures_title, *digest.warnings]
    for section in digest.sections:
        said += [section.title, section.group, *(section.headings if section.lines else (section.empty,))]
        for line in section.lines:
            said += [cell for at, cell in enumerate(line.cells) if at != section.badge_at]
            said += [line.note, *([line.badge.words] if line.badge else [])]
    said += [each.label for each in digest.figures] + [chart.title for chart in digest.charts]
    said += [f"{number}" for chart in digest.charts for _, number in chart.bars]
    html, text = read(digest)
    assert [words for words in said if words not in html] == []
    assert [words for words in said if words not in text] == []


def test_warnings_stand_before_the_first_section_in_both_parts():
    for part in read(replace(brass(), warnings=(WARNING,))):
        assert part.rindex(WARNING) < part.index("Osciloscopio")


def test_the_inbox_preview_begins_with_a_warning_and_else_with_the_summary():
    digest = brass()
    assert Reader(render_digest(digest).html).text.startswith(digest.summary)
    warned = render_digest(replace(digest, warnings=(WARNING,)))
    assert Reader(warned.html).text.startswith(f"Atención: {WARNING} {digest.summary}")


def test_a_blind_digest_never_suggests_that_nothing_is_due():
    for part in read(blind_digest()):
        assert WARNING in part
        assert "no significa que no haya nada pendiente" in part


def test_a_digest_with_sections_and_no_warnings_raises_no_alarm():
    rendered = render_digest(brass())
    assert "Atención" not in rendered.html
    assert "ATENCIÓN" not in rendered.text


def test_a_section_that_gives_no_total_counts_its_lines():
    html, text = read(one_section("1", total=0))
    assert "Título 1" in html
    assert "Título (1)" in text


def test_a_badge_replaces_its_cell_and_says_its_colour_in_words():
    for part in read(one_section("7", "-3", badge=Badge("red", "vencida hace 3 días"), badge_at=1)):
        assert "vencida hace 3 días" in part
        assert "-3" not in part


def test_a_row_without_a_badge_shows_the_cell_itself():
    for part in read(one_section("7", "sin fecha", badge_at=1)):
        assert "sin fecha" in part


def cut(sheet):
    digest = one_section("1", total=376)
    return replace(digest, sheet=digest.sections if sheet else ())


def test_a_cut_section_says_how_many_rows_it_leaves_out():
    for part in read(cut(sheet=False)):
        assert part.count("y 375 más") == 1
        assert "hoja adjunta" not in part
        assert "376" in part
    assert all(" más" not in part for part in read(one_section("1", total=1)))


def test_a_cut_section_points_to_the_attached_sheet_only_where_its_rows_are_in_it():
    digest = cut(sheet=True)
    assert all("y 375 más en la hoja adjunta" in part for part in read(digest))
    other = replace(digest.sections[0], id="datos")
    assert all("hoja adjunta" not in part for part in read(replace(digest, sections=(other,))))


def test_a_note_in_capitals_is_a_tag_beside_the_first_cell():
    for cell, shown in (("A-7", "A-7 NUEVO"), ("1204", "NUEVO 1204")):  # figures stay in line on the right
        html, text = read(one_section(cell, "otro", note="NUEVO"))
        assert shown in html
        assert f"{cell} [NUEVO]" in text


def test_a_longer_note_stands_under_the_badge_or_where_there_is_none_under_the_first_cell():
    note = "replanificada, antes 12/11/2026 (2.ª vez)"
    badged = one_section("A-7", "6", "otro", note=note, badge=Badge("amber", "faltan 6 días"), badge_at=1)
    html, text = read(badged)
    assert f"faltan 6 días {note} otro" in html
    assert f"faltan 6 días [{note}]" in text
    assert f"A-7 {note} otro" in read(one_section("A-7", "otro", note=note))[0]


def test_sections_of_one_person_stand_under_one_heading():
    for part in read(quality_risks()):
        assert part.count("Ana Robledo Prieto") == 1
        assert part.index("Luis Carranza (no recibe este correo)") < part.index("DUERO")
        assert part.index("General") < part.index("Registro")


def test_an_empty_section_says_so_in_its_own_words():
    for part in read(monthly_risks()):
        assert part.count("Nada pendiente") == 3


def test_a_digest_of_empty_sections_and_a_warning_is_no_all_clear():
    section = replace(brass().sections[0], lines=(), total=0)
    for part in read(replace(brass(), sections=(section,), warnings=(WARNING,))):
        assert "no significa que no haya nada pendiente" in part


def test_figures_stand_beside_those_of_before():
    figures = (Figure("Abiertas", 12, 9), Figure("Cerradas", 7, None))
    for part in read(replace(brass(), figures_title="Últimos 30 días", figures=figures)):
        assert "Últimos 30 días" in part
        assert "Ahora Antes Abiertas 12 9 Cerradas 7 —" in part.replace("-", "").replace("  ", " ")


def test_a_chart_is_a_picture_of_the_mail_itself_and_the_same_in_words():
    chart = Chart(
        "ages", "Por antigüedad", (("0 a 30", 14), ("más", 5)), "Por antigüedad. 0 a 30: 14, más: 5."
    )
    rendered = render_digest(replace(brass(), charts=(chart,)))
    (picture,) = [attrs for tag, attrs in Reader(rendered.html).elements if tag == "img"]
    assert (picture["src"], picture["alt"]) == (f"cid:{content_id('ages')}", chart.words)
    assert "0 a 30: 14 · más: 5" in Reader(rendered.html).text
    assert " ".join(rendered.text.split()).count("0 a 30 14 más 5") == 1


def test_what_was_put_off_and_what_to_do_now_stand_after_the_sections():
    for part in read(replace(brass(), closing="Hable con calidad.", snoozed="BR 87 hasta el 01/12/2026")):
        assert part.index("Balanza") < part.index("Hable con calidad.") < part.index("Pospuestas: BR 87")


def everywhere(text):
    digest = one_section(text, text, badge=Badge("red", text), badge_at=1)
    (line,) = digest.sections[0].lines
    lines = (line, replace(line, badge=None), replace(line, note=text))
    section = replace(digest.sections[0], title=text, headings=(text, text), lines=lines, group=text)
    names = ("monitor", "title", "summary", "why", "closing", "snoozed", "figures_title")
    return replace(
        digest,
        sections=(section, replace(section, lines=(), total=0, empty=text)),
        warnings=(text,),
        figures=(Figure(text, 1, 2),),
        charts=(Chart("ages", text, ((text, 1),), text),),
        **dict.fromkeys(names, text),
    )


def elements_of(digest):
    elements = Reader(render_digest(digest).html).elements
    fixed = ((tag, {**attrs, "alt": None, "nowrap": None}) for tag, attrs in elements)
    return [element for element in fixed if element[0] != "span"]


@settings(deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=60).map("a".__add__))
def test_no_text_of_a_register_becomes_markup(text):
    assert elements_of(everywhere(text)) == elements_of(everywhere("a"))


def test_markup_and_quotes_in_every_place_stay_text():
    hostile = """</style></title><script>alert('1')</script><img src="x">"""
    page = render_digest(everywhere(hostile)).html
    tags = [tag for tag, _ in Reader(page).elements]
    assert "script" not in tags
    assert tags.count("img") == 1
    assert page.count("</style>") == page.count("<style>")


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_both_parts_can_be_sent_whatever_a_register_holds(text):
    rendered = render_digest(everywhere(text))
    for part in (rendered.html, rendered.text):
        part.encode("utf-8")
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]", part)


@pytest.mark.parametrize(
    ("raw", "shown"), [("uno\r\n\tdos\x0b\x00tres", "uno dos tres"), ("A\u202ecilbup\u2066", "Acilbup")]
)
def test_a_text_becomes_one_line_that_cannot_turn_the_writing_around(raw, shown):
    rendered = render_digest(one_section(raw))
    assert shown in rendered.text
    assert f">{shown}<" in rendered.html


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=300), min_size=1, max_size=9))
def test_no_line_of_the_text_part_passes_80_columns(cells):
    rendered = render_digest(one_section(*cells))
    assert max(map(len, rendered.text.splitlines())) <= 80


def test_a_long_word_may_break_so_that_no_column_pushes_the_others_out():
    page = render_digest(one_section("x" * 300, "corto")).html
    assert f'<span style="word-break:break-all">{"x" * 300}</span>' in page
    assert "<td>corto</td>" in page


def test_the_page_asks_for_nothing_from_outside():
    page = render_digest(replace(brass(), warnings=(WARNING,))).html
    elements = Reader(page).elements
    assert not {tag for tag, _ in elements} & {"img", "link", "script", "iframe", "form", "object", "base"}
    assert not {name for _, attrs in elements for name in attrs} & {"src", "srcset", "href", "background"}
    assert not re.search(r"url\(|@import|https?:", page)
