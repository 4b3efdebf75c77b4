"""A monitor made by hand, and settings that are enough for it."""

from sereno.domain.cadence import Cadence
from sereno.domain.rules import Column, DigestPlan, Monitor, Table

DIARIO = DigestPlan(
    name="diario",
    title="Equipos de medida",
    subject="Informe",
    cadence=Cadence("daily"),
    to="admin",
    to_variable="BRASS_TO",
    sections=("BR",),
    why="",
)
BRASS = Monitor(
    name="brass",
    title="Equipos de medida (BRASS)",
    application="BRASS",
    application_id=6,
    register="brass",
    prefix="BRASS",
    tables=(Table("TbEquiposMedida", "brass", (Column("IDEquipoMedida", "INTEGER"),)),),
    views=(),
    rules=(),
    queries={},
    digests=(DIARIO,),
    settings={"dias_aviso": 30},
)
MONITORS = (BRASS,)
ENOUGH = {
    "BRASS_DB_URL": "sqlite:///brass.sqlite",
    "SMTP_HOST": "mail.example.com",
    "MAIL_DOMAIN": "example.com",
}
