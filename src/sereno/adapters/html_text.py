"""The text of HTML that others wrote, for readers without HTML: quick, and never an error.

One regular expression takes the markup apart as browsers do (a tag ends at the first `>` outside its quoted
values; what is never closed lasts to the end), so that each character is looked at once whatever the input.
What follows is joining and splitting of lists.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence

_BLOCKS = (
    "html|body|p|div|table|thead|tbody|tfoot|caption|tr|td|th|br|hr|h1|h2|h3|h4|h5|h6|ul|ol|li|dl|dt|dd|pre|"
    "blockquote|center|section|article"
)
_HTML = re.compile(rf"<(?i:!doctype\s+html|/?(?:head|style|meta|{_BLOCKS}))(?:\s[^<>]*+)?/?>")
_VALUES = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+>?"""
_COMMENT = r"<!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+(?:--!?>)?)"
_UNSHOWN = r"<(?P<unshown>(?i:script|style|title))(?=[\s/>])[^>]*+>?[^<]*+(?:<(?!/(?i:(?P=unshown)))[^<]*+)*+"
_TAG = rf"<(/?[a-zA-Z][^\s/>]*+)({_VALUES})"
_OTHER = "<[!?/][^>]*+>?"
_MARKUP = re.compile(f"{_COMMENT}|{_UNSHOWN}|{_TAG}|{_OTHER}")
_HEAD_OPENS = re.compile(r"<(?:head|HEAD)(?=[\s/>])")
_HEAD = r"<(?:head|HEAD)(?=[\s/>])[^<]*+(?:<(?!/(?:head|HEAD))[^<]*+)*+</(?:head|HEAD)[^>]*+>?"
_MARKUP_WITH_HEADS = re.compile(f"{_COMMENT}|{_HEAD}|{_UNSHOWN}|{_TAG}|{_OTHER}")
_KEPT_LINES = re.compile(r"<(?i:pre)(?=[\s/>])(?:[^<]++|<(?!/(?i:pre)))*+")
_LINE_IN_MARKUP = re.compile(r"<[^>]*+>?|\r\n?|\n")
_HREF = re.compile(r"""(?<![\w-])(?i:href)\s?=\s?(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""")
_NO_ADDRESS = re.compile(r"#|$|(?i:javascript|data|cid):")
_PLAIN_START = re.compile(r"(?i:mailto:|https?://(?:www\.)?)")
_LONGEST_START = len("https://www.")
_ENDLESS_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_BLANKS = re.compile(r"\n{3,}")
_BLOCK, _ITEM, _ROW, _CELL = "\x1c", "\x1d", "\x1e", "\x1f"
"""Marks; none is in the source once its white space is collapsed. A block only sees to a fresh line."""
_DIVISIONS = ("div", "center", "section", "article", "header", "footer", "main", "body", "dt", "dd")
_LISTS = ("ul", "ol", "dl", "table", "caption")
_PARAGRAPHS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", *_LISTS)
_MEANS = {
    **{f"{slash}{name}": "\n\n" for name in _PARAGRAPHS for slash in ("", "/")},
    **{f"{slash}{name}": _BLOCK for name in _DIVISIONS for slash in ("", "/")},
    **dict.fromkeys(("tr", "/tr"), _ROW),
    **dict.fromkeys(("td", "th"), _CELL),
    "li": _ITEM,
    "/li": _BLOCK,
    "br": "\n",
    "hr": "\n\n",
}
"""What a tag does to the lines; any other does nothing."""


def is_html(text: str) -> bool:
    """Tell whether a text holds any tag of a document or a block: `a < b` is none, nor is `<ana@x.com>`."""
    return _HTML.search(text) is not None


def text_of(source: str) -> str:
    """Return what a reader sees, in time that grows with the source's length alone.

    Paragraphs are a blank line apart, table cells ` | `, list items begin with `- `, and a link is followed
    by its address in `<>` where that says more than its text.
    """
    wanted = _with_line_breaks_kept(source) if _KEPT_LINES.search(source) else source
    texts, names, values = _taken_apart(" ".join(wanted.split()))
    means = [_MEANS.get(name, "") for name in names]
    for place, address in _addresses(texts, names, values):
        means[place] = f" <{address}>"
    return _tidy(_decoded(_marks_written(_joined(texts, means))))


def _taken_apart(source: str) -> tuple[list[str], list[str], list[str]]:
    """Return the texts, and the names and values of the tags between them."""
    parts = (_MARKUP_WITH_HEADS if _every_head_ends(source) else _MARKUP).split(source)
    return parts[::4], [name.lower() if name else "" for name in parts[2::4]], parts[3::4]


def _joined(texts: Sequence[str], between: Sequence[str]) -> str:
    pieces = [""] * (len(texts) + len(between))
    pieces[::2], pieces[1::2] = texts, between
    return "".join(pieces)


def _every_head_ends(source: str) -> bool:
    """Tell whether heads can be left out whole; a head that never ends would take the mail with it."""
    end = max(source.rfind("</head"), source.rfind("</HEAD"))
    return end >= 0 and all(each.start() < end for each in _HEAD_OPENS.finditer(source))


def _with_line_breaks_kept(source: str) -> str:
    return _KEPT_LINES.sub(lambda kept: _LINE_IN_MARKUP.sub(_broken, kept[0]), source)


def _broken(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else "<br>"


def _addresses(
    texts: Sequence[str], names: Sequence[str], values: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the place of each link's end with its address, where that is worth telling."""
    opened: int | None = None
    for place in [place for place, name in enumerate(names) if name in {"a", "/a"}]:
        if names[place] == "a":
            opened = place
        elif opened is not None:
            address = _address(values[opened])
            if address and _says_more(address, "".join(texts[opened + 1 : place + 1])):
                yield place, address
            opened = None


def _address(values: str) -> str:
    found = _HREF.search(values)
    address = (found[1] or found[2] or found[3] or "").strip() if found else ""
    return "" if _NO_ADDRESS.match(address) else address


def _says_more(address: str, text: str) -> bool:
    said = text.strip()
    if said.isascii() and not address.endswith("/") and len(address) > len(said) + _LONGEST_START:
        return True  # by its length alone, which letters that are not ASCII may change
    return _essence(address) != _essence(said)


def _essence(address: str) -> str:
    return _PLAIN_START.sub("", address, count=1).rstrip("/").casefold()


def _marks_written(text: str) -> str:
    items = f"{_BLOCK}- ".join(_but_the_first(str.lstrip, text.split(_ITEM)))
    rows = items.split(_ROW)
    lines = items if len(rows) == 1 else "\n".join(filter(None, map(_row, rows)))
    return "\n".join([block for block in lines.split(_BLOCK) if block and block != " "])


def _but_the_first(change: Callable[[str], str], pieces: list[str]) -> Iterator[str]:
    """Change what stands behind a mark."""
    yield pieces[0]
    yield from map(change, pieces[1:])


def _row(written: str) -> str:
    cells = written.strip(f"{_CELL} ").split(_CELL)
    return cells[0] if len(cells) == 1 else " | ".join(map(str.strip, cells))


def _decoded(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a number with more digits than Python converts
        return html.unescape(_ENDLESS_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text))


def _tidy(text: str) -> str:
    lines = "\n".join([" ".join(line.split()) for line in text.replace("\0", "").split("\n")])
    return (_BLANKS.sub("\n\n", lines) if "\n\n\n" in lines else lines).strip()
