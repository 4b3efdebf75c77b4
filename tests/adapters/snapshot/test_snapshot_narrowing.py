"""Only the rows that are asked for are fetched, and never one too few."""

from dataclasses import replace

import pytest
from tests.adapters.snapshot.building import (
    BRASS,
    CERTIFICATES,
    DOSSIER,
    DOSSIERS,
    EQUIPMENT,
    answer,
    snapshot_of,
)

from sereno.domain.errors import RegisterEmpty, SchemaDrift
from sereno.domain.rules import Condition, Follows

OPEN = replace(EQUIPMENT, where=Condition("IDEquipoMedida", "equals", value=1))
THEIRS = replace(CERTIFICATES, follows=Follows("IDEquipoMedida", "TbEquiposMedida", "IDEquipoMedida"))


def test_only_what_is_asked_for_is_fetched_and_children_follow_their_parents(register):
    script = BRASS + "INSERT INTO TbCalibraciones VALUES ('1,0', '2026-12-05'), (2, '2026-12-06')"
    # The child is declared first: parents are read before it all the same.
    with snapshot_of(register(script), tables=(THEIRS, OPEN)) as snapshot:
        assert answer(snapshot, "SELECT IDEquipoMedida FROM TbEquiposMedida") == [(1,)]
        children = answer(snapshot, "SELECT IDEquipoMedida, FechaFin FROM TbCalibraciones ORDER BY 2")
        assert children == [(1, "2026-11-24"), (1, "2026-12-05")]


def test_the_days_of_a_condition_may_be_a_threshold(register):
    recent = replace(CERTIFICATES, where=Condition("FechaFin", "since", days="dias"))
    with snapshot_of(register(BRASS), tables=[recent], settings={"dias": -7}) as snapshot:
        rows = answer(snapshot, "SELECT FechaFin FROM TbCalibraciones ORDER BY 1")
        assert rows == [(None,), ("2026-12-01",)]


def test_a_canary_counts_the_rows_of_the_register_and_not_those_asked_for(register):
    source = register(BRASS)
    with snapshot_of(source, tables=[replace(OPEN, at_least=2)]) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbEquiposMedida") == [(1,)]
    with (
        snapshot_of(source, tables=[replace(OPEN, at_least=3)]) as snapshot,
        pytest.raises(RegisterEmpty, match="tiene 2 filas y se esperan 3"),
    ):
        answer(snapshot, "SELECT count(*) FROM TbEquiposMedida")


PARENT_LOST = [
    (replace(OPEN, name="TbOtra"), "no existe la tabla"),
    (replace(OPEN, name="TbOtra", optional=True), ""),
    (replace(OPEN, at_least=9), "se esperan 9"),
]


@pytest.mark.parametrize(("parent", "why"), PARENT_LOST)
def test_children_of_a_parent_that_is_not_to_be_believed_all_come(register, parent, why):
    child = replace(CERTIFICATES, follows=Follows("IDEquipoMedida", parent.name, "IDEquipoMedida"))
    with snapshot_of(register(BRASS), tables=(parent, child)) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbCalibraciones") == [(3,)]
        if why:
            with pytest.raises((SchemaDrift, RegisterEmpty), match=why):
                answer(snapshot, f"SELECT count(*) FROM {parent.name}")


def test_children_follow_parents_of_another_register(register):
    dossiers = register(DOSSIER + ", (8, 'Otra')", "expedientes")
    parent = replace(DOSSIERS, where=Condition("Titulo", "equals", value="Obra"))
    child = replace(CERTIFICATES, follows=Follows("IDEquipoMedida", "TbExpedientes", "IDExpediente"))
    script = BRASS + "INSERT INTO TbCalibraciones VALUES (7, NULL), (8, NULL)"
    with snapshot_of(register(script), dossiers=dossiers, tables=(child, parent)) as snapshot:
        assert answer(snapshot, "SELECT IDEquipoMedida FROM TbCalibraciones") == [(7,)]


def test_tables_that_follow_each_other_in_a_circle_are_read(register):
    one = replace(EQUIPMENT, follows=Follows("IDEquipoMedida", "TbCalibraciones", "IDEquipoMedida"))
    with snapshot_of(register(BRASS), tables=(one, THEIRS)) as snapshot:
        assert answer(snapshot, "SELECT count(*) FROM TbCalibraciones") == [(3,)]
