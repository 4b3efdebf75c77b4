"""Two small registers, the tables that are declared of them, and questions to their snapshot."""

from datetime import date
from zoneinfo import ZoneInfo

from sereno.adapters.schema import parse_schema
from sereno.adapters.snapshot import Lore, build_snapshot
from sereno.domain.rules import Query

TODAY = date(2026, 11, 24)
EQUIPMENT, CERTIFICATES, DOSSIERS = parse_schema(
    """
    -- register: brass --
    CREATE TABLE TbEquiposMedida (IDEquipoMedida INTEGER PRIMARY KEY, Nombre TEXT, Activo FLAG OPTIONAL);
    CREATE TABLE TbCalibraciones (IDEquipoMedida INTEGER, FechaFin DATE);
    -- register: expedientes --
    CREATE TABLE TbExpedientes (IDExpediente INTEGER PRIMARY KEY, Titulo TEXT);
    """.replace("    --", "--"),
    "schema.sql",
)
BRASS = """
    CREATE TABLE TbEquiposMedida (IDEquipoMedida, Nombre, Activo, Clave);
    CREATE TABLE TbCalibraciones (IDEquipoMedida, FechaFin);
    INSERT INTO TbEquiposMedida VALUES (1, ' Calibrador ', 'Sí', 'secreta'), ('2', '', 'No', 'secreta');
    INSERT INTO TbCalibraciones VALUES (1, '24/11/2026'), (2, '2026-12-01 10:30'), (3, NULL);
"""
DOSSIER = "CREATE TABLE TbExpedientes (IDExpediente, Titulo); INSERT INTO TbExpedientes VALUES (7, 'Obra')"
VIEW = "CREATE VIEW equipo_activo AS SELECT IDEquipoMedida FROM TbEquiposMedida WHERE Activo = 1"


def snapshot_of(brass, *, dossiers=None, tables=(EQUIPMENT, CERTIFICATES), views=(), settings=None):
    """Count the calendar days as working days: which days are worked is not decided here."""
    return build_snapshot(
        tables,
        views,
        {"brass": brass, "expedientes": dossiers},
        TODAY,
        ZoneInfo("Europe/Madrid"),
        settings or {},
        Lore(lambda since, until: (until - since).days * 10, lambda _: None),
    )


def query(sql):
    return Query("BR-X", "rule", "", sql)


def answer(snapshot, sql):
    return [tuple(row.values()) for row in snapshot.select(query(sql))]
