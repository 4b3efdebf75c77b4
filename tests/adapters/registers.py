"""What is asked of a register: its rows, or the reason why there are none."""

import pytest

from sereno.domain.errors import SourceUnavailable


def read(source, table="TbEquiposMedida", columns=("IDEquipoMedida", "Nombre")):
    with source.open() as reader:
        return [tuple(row) for chunk in reader.rows(table, columns) for row in chunk]


def reason(source):
    with pytest.raises(SourceUnavailable) as caught:
        read(source)
    return str(caught.value)
