"""Every page of a known house, as text: what it says is what was approved."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.browser.places import OTHERS_OWN, links_of, place_of
from tests.web.readings import reading_in_memory
from tests.web.visiting import department_with, entered

from sereno.web.places import OPEN, PLACES

GOLDEN = Path(__file__).parents[1] / "golden"
ELSEWHERE = frozenset(
    {
        "/hallazgos/graficos/{picture}",  # a drawing, not a text
        "/hallazgos.xlsx",
        "/operar/encargo/{errand}",  # what a process of its own has found
        "/correo/{delivery}/contenido",  # mail of other applications, of which the known house has none
    }
)
"""What other tests hold; what mails look like, the digests' own golden files."""
SHOWN = sorted({*PLACES, *OPEN} - OTHERS_OWN - ELSEWHERE)
BLOCKS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- ", "tr": "| ", "dt": "- "}
BREAKS = {
    "p",
    "section",
    "article",
    "table",
    "form",
    "pre",
    "dl",
    "ul",
    "ol",
    "div",
    "nav",
    "details",
    "label",
}
SIDE = {"td": " | ", "th": " | ", "dd": ": "}
TOOK = re.compile(r"menos de 1 ms|\b\d+ ms\b")
"""Rules are timed by the machine's own watch."""
APART = {"a", "small", "strong", "option", "span", "button"}


class Told(HTMLParser):
    """Write a page's main part a line for each block, and what a form offers."""

    def __init__(self, page):
        super().__init__()
        self.inside, self.lines = False, [""]
        self.feed(page)
        self.close()

    @property
    def text(self):
        lines = (" ".join(line.split()).replace("| | ", "| ") for line in self.lines)
        return "".join(f"{line}\n" for line in lines if line.strip("-#| "))

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.inside = self.inside or tag == "main"
        if tag in BLOCKS or tag in BREAKS:
            self.lines.append(BLOCKS.get(tag, ""))
        elif tag in SIDE:
            self.lines[-1] += SIDE[tag]
        elif tag in APART:
            self.lines[-1] += " "
        elif tag in {"input", "iframe"} and named.get("type") != "hidden":
            self.lines[-1] += f" [{named.get('title') or named.get('name')}]"

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "main"

    def handle_data(self, data):
        if self.inside:
            self.lines[-1] += data


@pytest.fixture(scope="module")
def shown():
    """Look at the first address of each place to which links lead, as who operates sees it."""
    department = department_with(("ana", "operate"))
    department.round()
    department.at(9, 30).round(force=True)
    door = entered(reading_in_memory(department), "ana")
    waiting, known, found = ["/", *OPEN], set(), {}
    while waiting:
        address = waiting.pop(0)
        answer, place = door.ask(address), place_of(address)
        found.setdefault(place, answer)
        is_page = answer.headers["content-type"].startswith("text/html")
        links = links_of(answer.text) if is_page else []
        fresh = [link for link in dict.fromkeys(links) if place_of(link) not in {None, *found}]
        waiting += [link for link in fresh if link not in known]
        known.update(fresh)
    return found


def file_of(place):
    name = re.sub(r"\W+", "_", place).strip("_") or "hoy"
    return GOLDEN / f"console_{name}.txt"


def told(answer):
    is_page = answer.headers["content-type"].startswith("text/html")
    return (
        TOOK.sub("un instante", Told(answer.text).text)
        if is_page
        else answer.text.lstrip("\ufeff").replace("\r\n", "\n")
    )


@pytest.mark.parametrize("place", SHOWN)
def test_a_page_says_what_was_approved(place, shown):
    assert place in shown, "no link leads there"
    written, file = told(shown[place]), file_of(place)
    if not file.exists():
        file.write_text(written, encoding="utf-8", newline="\n")
        pytest.fail(f"{file.name} was missing and has been written: look at it, then run again")
    assert written == file.read_text(encoding="utf-8")


def test_no_page_is_approved_that_is_not_there():
    assert {file_of(place) for place in SHOWN} == set(GOLDEN.glob("console_*.txt"))
