import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.soak.foreign_mail import ANYTHING, MARKUP

from sereno.adapters.html_text import is_html, text_of

MEGABYTE = 10**6


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<html>",
            "<HTML lang='es'>",
            "<!DOCTYPE html>",
            "<body bgcolor=red>",
            "antes <br> después",
            "<br/>",
        ),
        *("<p>", "</p>", "<TABLE\nborder=1>", "<div class=x>", "<tr>", "<li>", "<h1>", "<hr />", "<style>"),
    ],
)
def test_any_tag_of_a_document_or_block_makes_it_html(text):
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "a < b",
            "1 <p",
            "<ana@example.com>",
            "<https://example.com/p>",
            "x<y>z",
            "< p >",
            "<pedido 7>",
        ),
        *("&lt;p&gt;", "<>", "<preferente>", "p>", "a <b> c", "<br", "<div <"),
    ],
)
def test_what_only_resembles_a_tag_makes_no_html(text):
    assert not is_html(text)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("uno<br>dos<BR/>tres", "uno\ndos\ntres"),
        ("<p>uno</p><p>dos</p>\n\n\n<p>tres", "uno\n\ndos\n\ntres"),
        ("<div>uno</div><div>dos</div>", "uno\ndos"),
        ("<div>uno</div><div><br></div><div>dos</div>", "uno\n\ndos"),
        ("<h1>Aviso</h1>texto", "Aviso\n\ntexto"),
        ("  uno \r\n\t dos  <b> tres </b>,  cuatro", "uno dos tres , cuatro"),
        ("<ul><li>uno<li><p>dos</p></li></ul>fin", "- uno\n- dos\n\nfin"),
        ("<ol>\n <li>uno</li>\n <li>dos</li>\n</ol>", "- uno\n- dos"),
        ("<pre>uno\n  dos\r\n<b\n>tres</b></pre>", "uno\ndos\ntres"),
        ("a<hr>b", "a\n\nb"),
    ],
)
def test_blocks_and_breaks_become_lines(source, text):
    assert text_of(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "<table><tr><th>NC</th><th>Equipo</th></tr><tr><td>1</td><td>Balanza</td></tr></table>",
            "NC | Equipo\n1 | Balanza",
        ),
        ("<TABLE>\n <TR>\n <TD>a\n <TD>b\n <TR>\n <TD>c", "a | b\nc"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a | b"),
        ("<tr><td>a</td><td></td><td>c</td></tr>", "a | | c"),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>", "a | b"),
    ],
)
def test_cells_of_a_row_stand_on_a_line(source, text):
    assert text_of(source) == text


@pytest.mark.parametrize(
    "unshown",
    [
        "<style>p > b { color: red }</style>",
        "<SCRIPT type='x'>if (a < b) { '<p>no</p>' }</SCRIPT >",
        "<!-- <p>no</p> -->",
        "<!-->",
        "<!--[if mso]><p>no</p><![endif]-->",
        "<title>no</title>",
        "<head><meta charset=utf-8><title>no</title>no</head>",
        "<HEAD lang=es>no<p>no</HEAD>",
        "<?xml version='1.0'?>",
        "<!DOCTYPE html>",
        "<img alt='a > b' src=\"<p>\">",
        "<o:p></o:p>",
    ],
)
def test_what_no_reader_sees_is_left_out(unshown):
    assert text_of(f"uno {unshown}dos") == "uno dos"


def test_a_head_that_never_ends_takes_nothing_with_it():
    assert text_of("<head><title>no</title><style>no</style><body><p>sí") == "sí"
    assert text_of("<head>a</head><header>b</header><p>c") == "b\n\nc"


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ('<a href="https://example.com/nc?a=1&amp;b=2">NC-1</a>', "NC-1 <https://example.com/nc?a=1&b=2>"),
        ("<A class=x HREF='https://example.com/1'><b>ver</b> ficha</A>", "ver ficha <https://example.com/1>"),
        ("<a href=https://example.com/1>ver</a>", "ver <https://example.com/1>"),
        ('<a href="https://www.example.com/">example.com</a>', "example.com"),
        ('<a href="mailto:ana@example.com">ana@example.com</a>', "ana@example.com"),
        ('<a href="mailto:ana@example.com">Ana</a>', "Ana <mailto:ana@example.com>"),
        ('<a href="file:///S:/nc/1.pdf"><img src=x></a>', "<file:///S:/nc/1.pdf>"),
        *(
            (f"<a {each}>ver</a>", "ver")
            for each in ("", "href", "href=''", "href='#1'", "href='javascript:x()'")
        ),
        ("<a name=x data-href='https://example.com'>ver</a>", "ver"),
        ('<a href="https://example.com/1">ver', "ver"),
    ],
)
def test_a_link_keeps_its_address_where_its_text_does_not_say_it(link, text):
    assert text_of(f"<p>{link}</p>") == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("&aacute;&ntilde;&euro;&#8364;&#x20AC;", "áñ€€€"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("&lt;p&gt; &amp;amp;", "<p> &amp;"),
        ("a & b &desconocida; &", "a & b &desconocida; &"),
        ("&#0;&#xD800;&#99999999999;", "\ufffd" * 3),
        (f"a &#{'9' * 5000}; b", "a \ufffd b"),
    ],
)
def test_entities_are_decoded(source, text):
    assert text_of(source) == text


@pytest.mark.parametrize(
    "hostile",
    [
        *(
            "<",
            "<a",
            "<!--",
            "<!",
            "</",
            "<script>",
            "<style ",
            "<title><",
            "<head>",
            "<pre>",
            "<pre\n",
            "<p ",
        ),
        *(
            '<a href="',
            "<a href='\"=",
            "<a =",
            "<a>",
            "<a></a>",
            "<td>",
            "<tr>",
            "<li>",
            "<br>",
            "&",
            "&lt",
            "-",
        ),
        *(
            "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            " ",
            "\n",
            "<html ",
            "<!DOCTYPE ",
            "href=",
            "<Head>",
            "</head>",
        ),
    ],
)
def test_hostile_markup_is_read_to_its_end(hostile):
    for source in (
        hostile * (MEGABYTE // len(hostile)),
        *surrounded(hostile * (MEGABYTE // 10 // len(hostile))),
    ):
        assert isinstance(text_of(source), str)
        assert is_html(source) in {True, False}


def surrounded(source):
    return f"<head></head>{source}", f"<a {source}>x</a>", f"{source}</head>", f"<!--{source}"


@settings(max_examples=400, deadline=None)
@given(st.one_of(ANYTHING, MARKUP, MARKUP.map("<pre>{}".format)))
@example("<a\n\x1e\x1f\x1d<td><li>&#30;&#31;&#29;")
def test_any_markup_has_a_text_without_white_space_at_its_ends(source):
    text = text_of(source)
    assert all(line == line.strip() for line in text.split("\n"))
    assert "\n\n\n" not in text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="<&"), max_size=200))
def test_what_is_no_markup_is_its_own_text(text):
    assert text_of(text) == text
