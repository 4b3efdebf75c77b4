import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.golden.bulletins import BULLETINS, TAIL, changes, overview
from tests.golden.reading import Reader

from sereno.adapters.html.operators import render_bulletin
from sereno.adapters.html.render import MAX_BYTES
from sereno.engine.bulletin import Item

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("part", ["html", "txt"])
@pytest.mark.parametrize("sample", BULLETINS)
def test_every_mail_to_the_operators_looks_as_it_was_approved(sample, part):
    rendered = render_bulletin(BULLETINS[sample]())
    written = rendered.html if part == "html" else rendered.text
    file = GOLDEN / f"{sample}.{part}"
    if not file.exists():
        file.write_text(written, encoding="utf-8", newline="\n")
        pytest.fail(f"{file.name} was missing and has been written: look at it, then run again")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("sample", BULLETINS)
def test_both_parts_say_everything_that_the_mail_says(sample):
    bulletin = BULLETINS[sample]()
    rendered = render_bulletin(bulletin)
    said = [bulletin.title, bulletin.summary, bulletin.why, *bulletin.notes]
    for item in bulletin.items:
        said += [item.title, item.badge.words, *item.text.splitlines()]
    for section in bulletin.sections:
        said += [section.title, *section.headings]
        for line in section.lines:
            said += [cell for at, cell in enumerate(line.cells) if at != section.badge_at]
            said += [line.badge.words] if line.badge else []
    for part in (Reader(rendered.html).text, " ".join(rendered.text.split())):
        shown = part.replace("\u00a0", " ")
        assert [words for words in said if words not in shown] == []


def with_detail(detail, items=1):
    bulletin = changes()
    return replace(bulletin, items=(replace(bulletin.items[0], detail=detail),) * items)


def test_what_a_job_printed_cannot_become_markup_nor_act_on_a_terminal():
    rendered = render_bulletin(with_detail(TAIL + "\x07\u202e\u200b<img src=x>"))
    assert {tag for tag, _ in Reader(rendered.html).elements}.isdisjoint({"script", "img"})
    for part in (rendered.html, rendered.text):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", part)
        assert "\\x1b[31mno contesta\\x1b[0m" in part
        assert "\\x07\\u202e\\u200b" in part


def test_the_lines_of_a_log_keep_their_indentation():
    rendered = render_bulletin(with_detail("uno\n    dos\n\ttres"))
    assert ">uno\n    dos\n    tres</pre>" in rendered.html
    assert "    | uno\n    |     dos\n    |     tres" in rendered.text


def test_a_page_of_many_long_tails_is_not_cut_by_mail_programs_and_keeps_every_title():
    rendered = render_bulletin(with_detail("<&>" * 2_600, items=40))
    assert len(rendered.html.encode()) < MAX_BYTES
    assert rendered.html.count("<h2") == 40


def test_items_beyond_what_a_page_shows_are_counted():
    bulletin = changes()
    many = replace(bulletin, items=bulletin.items[:1] * 60)
    for part in (render_bulletin(many).html, render_bulletin(many).text):
        assert "y 20 más" in part


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_whatever_becomes_an_element(text, detail):
    bulletin = overview()
    plain = [tag for tag, _ in Reader(_page(bulletin, "texto", "detalle")).elements]
    written = [tag for tag, _ in Reader(_page(bulletin, text, detail)).elements]
    assert {*written} - {*plain} <= {"span", "p", "pre"}


def _page(bulletin, text, detail):
    item = Item(bulletin.items[0].badge, text, text, detail)
    return render_bulletin(replace(bulletin, items=(item,), summary=text, title=text)).html
