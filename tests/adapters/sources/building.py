"""A register of any kind, and what is asked of it."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from sereno.adapters.schema import parse_schema
from sereno.adapters.sources.fetch import fetch
from sereno.adapters.sources.opening import open_register_source
from sereno.domain.errors import SerenoError

MADRID = ZoneInfo("Europe/Madrid")
(EQUIPMENT,) = parse_schema(
    "-- register: brass --\nCREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER PRIMARY KEY, Nombre TEXT, "
    "FechaFinServicio DATE OPTIONAL)",
    "schema.sql",
)


def opened(kind, path, timeout=5, options="", password=None):
    return open_register_source("brass", f"{kind}:///{quote(str(path))}{options}", password, timeout)


def fetched(source, table=EQUIPMENT):
    """Return the rows, and what could not be understood of them."""
    with source.open() as reader:
        batches = list(fetch(reader, table, MADRID))
    return [row for b in batches for row in b.rows], [d for b in batches for d in b.doubts]


def reason(source, table=EQUIPMENT):
    """Return why nothing is seen."""
    with pytest.raises(SerenoError) as caught:
        fetched(source, table)
    return str(caught.value)
