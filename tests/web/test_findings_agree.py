"""The page, both sheets and the ledger's own list tell the same findings, whatever is asked for."""

import csv
import re
from contextlib import closing, nullcontext
from datetime import timedelta
from io import BytesIO, StringIO
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.contracts.building import a_run
from tests.engine.building import Department
from tests.web.asking import ask
from tests.web.readings import NOW, reading_in_memory

from sereno.adapters.memory import MemoryStore
from sereno.adapters.store.opening import open_store
from sereno.domain.ledger import Entry
from sereno.engine.open_findings import Wanted, key_text, open_findings
from sereno.web.sections import section_titles

TODAY = NOW.date()
DEPARTMENT = Department()
READING = reading_in_memory(DEPARTMENT)
(POST,) = READING.posts
TITLES = section_titles(POST)
OWNERS = (None, "Ana Núñez", "ana núñez", "ÍÑIGO", "Z")
WORDS = ("", "ana", "ÍÑI", "br-1", "straße", "7", "=1", ",", "equipo")
DAYS = st.integers(-400, 60).map(lambda days: TODAY + timedelta(days=days))

entries = st.lists(
    st.builds(
        lambda key, due, seen, section, owner, ended, times: Entry(
            "BR", key, key, min(seen, TODAY), TODAY, due, section, owner, replannings=times,
            ended="resolved" if ended else None, ended_on=TODAY if ended else None,
        ),
        st.tuples(st.sampled_from(["EQ", "eq", "Ñ", "=1+1", "Straße"]), st.integers(-9, 99)),
        st.none() | DAYS,
        DAYS,
        st.sampled_from(["BR-1", "BR-2", None]),
        st.sampled_from(OWNERS),
        st.sampled_from([False, False, False, True]),
        st.integers(0, 3),
    ),
    max_size=60,
    unique_by=lambda entry: entry.track,
)  # fmt: skip
questions = st.fixed_dictionaries(
    {},
    optional={
        "vigilante": st.sampled_from(["brass", "otro"]),
        "regla": st.sampled_from(["BR", "BR-1", "BR-2", "otra"]),
        "banda": st.sampled_from(["BR-2", *(band.name for band in POST.monitor.rules[0].bands)]),
        "responsable": st.sampled_from([owner for owner in OWNERS if owner]),
        "texto": st.sampled_from(WORDS),
        "edad": st.sampled_from(["7", "30", "365", "x"]),
        "orden": st.sampled_from(["vence", "-vence", "clave", "-clave", "seccion", "-responsable", "-vista"]),
    },
)  # fmt: skip


def plainly(store, asked):
    """Filter and sort as a person would read the whole ledger."""
    owner = asked.get("responsable")
    wanted = Wanted(asked.get("regla"), asked.get("banda"), frozenset({owner}) if owner else None)
    age = {"7": 7, "30": 30, "365": 365}.get(asked.get("edad", ""))
    found = [
        each
        for each in open_findings([POST.monitor], store, TODAY)
        if wanted.holds(each)
        and asked.get("vigilante") in {None, "brass"}
        and (age is None or each.entry.first_seen <= TODAY - timedelta(days=age))
        and asked.get("texto", "").strip().casefold() in searched(each)
    ]
    name = asked.get("orden", "")
    by = {
        "vence": lambda each: each.entry.due,
        "clave": lambda each: key_text(each.entry.key).casefold(),
        "seccion": lambda each: TITLES[each.entry.section].casefold(),
        "responsable": lambda each: each.entry.owner and each.entry.owner.casefold(),
        "vista": lambda each: each.entry.first_seen,
    }.get(name.removeprefix("-"))
    if by is None:
        return found
    valued = sorted((each for each in found if by(each) is not None), key=by, reverse=name.startswith("-"))
    return valued + [each for each in found if by(each) is None]


def searched(each):
    entry = each.entry
    words = (key_text(entry.key), TITLES[entry.section], entry.rule, entry.section, entry.owner or "")
    return " ".join(words).casefold()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(ledger=entries, asked=st.lists(questions, min_size=1, max_size=2))
def test_every_way_to_look_at_what_is_open_tells_the_same(kind, ledger, asked):
    with TemporaryDirectory() as folder:
        if kind == "memory":
            store = nullcontext(MemoryStore(NOW))
        else:
            store = closing(open_store(f"sqlite:///{folder}/sereno.sqlite", NOW))
        with store as kept:
            kept.record(a_run(forced=True), [], ledger)
            reading = reading_in_memory(DEPARTMENT, look_at_store=lambda: nullcontext(kept))
            for question in asked:
                agree(reading, question, plainly(kept, question))


def agree(reading, question, expected):
    query = f"?{urlencode(question)}"
    keys = [key_text(each.entry.key) for each in expected]
    page = ask(reading, f"/hallazgos{query}").text
    assert f">{len(expected)} de " in page
    links = re.findall(r'class="key"><a href="/hallazgos/brass/(\w+)">', page)
    assert len(links) == min(len(expected), 50)
    text = ask(reading, f"/hallazgos.csv{query}").body.decode("utf-8-sig")
    _, *rows = csv.reader(StringIO(text), delimiter=";")
    assert [row[3].removeprefix("'") for row in rows] == keys
    book = load_workbook(BytesIO(ask(reading, f"/hallazgos.xlsx{query}").body))
    cells = list(book.active.iter_rows(min_row=2, values_only=True))
    assert [row[3] for row in cells if row[0]] == keys
    assert [row[6] or None for row in cells if row[0]] == [each.entry.owner for each in expected]
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_page_beyond_the_first_begins_where_that_one_ends():
    store = MemoryStore(NOW)
    days = [TODAY + timedelta(days=n % 7) for n in range(120)]
    store.record(
        a_run(forced=True),
        [],
        [Entry("BR", (n,), (n,), TODAY, TODAY, due, f"BR-{1 + n % 2}") for n, due in enumerate(days)],
    )
    reading = reading_in_memory(DEPARTMENT, look_at_store=lambda: nullcontext(store))
    found = []
    for page in (1, 2, 3, 4):
        shown = ask(reading, f"/hallazgos?pagina={page}").text
        found += re.findall(r'class="key"><a href="[^"]+">(\d+)<', shown)
    assert found == [key_text(each.entry.key) for each in open_findings([POST.monitor], store, TODAY)]


def test_a_finding_of_a_round_that_has_just_been_written_is_shown_at_once_and_one_that_ended_is_gone():
    store = MemoryStore(NOW)
    reading = reading_in_memory(DEPARTMENT, look_at_store=lambda: nullcontext(store))
    for ended, words in ((None, ">1 de 1 "), ("resolved", ">0 de 0 "), (None, ">1 de 1 ")):
        one = Entry("BR", (7,), (7,), TODAY, TODAY, TODAY, "BR-1", ended=ended, ended_on=ended and TODAY)
        store.record(a_run(forced=True), [], [one])
        assert words in ask(reading, "/hallazgos").text
