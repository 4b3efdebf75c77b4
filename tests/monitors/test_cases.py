"""Every case of every monitor holds; a case that does not hold is told, and so is one that names nothing."""

from dataclasses import replace

import pytest
from tests.monitors.cases import FOLDERS, MONITORS, all_cases

from sereno.adapters.cases import Expected, read_cases, try_case
from sereno.domain.errors import MonitorError

BRASS = MONITORS["brass"]
ENDED, *_ = read_cases(FOLDERS["brass"], BRASS)
"""Equipment 1, whose certificate ends on the day, in BR-1."""
FOUND = ENDED.finds[0]


@pytest.mark.parametrize(("monitor", "case"), all_cases(), ids=lambda part: getattr(part, "name", part))
def test_the_case_finds_what_it_says_and_nothing_else(monitor, case):
    assert try_case(MONITORS[monitor], case) == ()


@pytest.mark.parametrize(
    ("finds", "told"),
    [
        ((), ["halla también 1 en BR-1"]),
        ((FOUND, Expected("BR-2", (7,), {})), ["no halla 7 en BR-2"]),
        ((replace(FOUND, section="BR-2"),), ["no halla 1 en BR-2", "halla también 1 en BR-1"]),
        ((replace(FOUND, cells={"Nombre": "Otro"}),), ["1 en BR-1: Nombre es 'Polímetro', no 'Otro'"]),
        ((replace(FOUND, cells={"Peso": 3}),), ["1 en BR-1: su consulta no da Peso"]),
    ],
)
def test_a_case_that_does_not_hold_says_what_differs(finds, told):
    assert list(try_case(BRASS, replace(ENDED, finds=finds))) == told


def test_a_count_that_differs_is_told():
    assert try_case(BRASS, replace(ENDED, counts={"certificados_huerfanos": 4})) == (
        "certificados_huerfanos cuenta 0, no 4",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('rule = "XX"\nfinds = []', "XX"),
        ('rule = "BR"\nfinds = []\nrows.TbOtra = [{ ID = 1 }]', "TbOtra"),
        ('rule = "BR"\nfinds = []\nrows.TbEquiposMedida = [{ Peso = 1 }]', "Peso"),
        ('rule = "BR"\nfinds = []\nsettings = { dias_otros = 1 }', "dias_otros"),
        ('rule = "BR"\nfinds = []\ncounts = { otros = 1 }', "otros"),
        ('rule = "BR"\nfinds = []\nregla = "BR"', "regla"),
        ('rule = "BR"', "finds"),
        ("rule = ", "TOML"),
    ],
)
def test_a_faulty_case_is_refused_naming_file_and_key(text, told, tmp_path):
    folder = tmp_path / "brass"
    folder.mkdir()
    (folder / "cases.toml").write_text(f'today = 2026-11-24\n[[cases]]\nname = "uno"\n{text}\n', "utf-8")
    with pytest.raises(MonitorError) as caught:
        read_cases(folder, BRASS)
    assert "brass/cases.toml" in str(caught.value)
    assert told in str(caught.value)
