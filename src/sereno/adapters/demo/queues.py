"""Invented mail of other applications, and the ledger of the scripts that came before."""

from collections.abc import Iterator
from random import Random

from sereno.adapters.demo.people import FIRST_LEAD, Staff, address
from sereno.adapters.demo.records import Record, Value, sheet

MAIL = sheet(
    "TbCorreosEnviados",
    "IDCorreo key, Aplicacion text, Originador text, Destinatarios text, DestinatariosConCopia text,"
    " DestinatariosConCopiaOculta text, Asunto text, Cuerpo text, URLAdjunto text, FechaGrabacion stamp,"
    " FechaEnvio stamp, Observaciones text, NDPD text, NPEDIDO text, NFACTURA text, IDEdicion int,"
    " CuerpoHTML text",
)
OLDER_LEDGER = sheet("TbTareas", "Tarea text, Fecha date, Realizado text")
MAIL_SHEETS = (MAIL,)
TASK_SHEETS = (MAIL, OLDER_LEDGER)

APPLICATIONS = ("Pedidos", "Expedientes", "Gestión de Riesgos", "Comercial")
SUBJECTS = ("Pedido pendiente de firma", "Factura recibida", "Revisión de la edición", "Aviso de vencimiento")
SENT = 200
OLDER_TASKS = (
    ("BRASSDiario", -1),
    ("ExpDiario", -1),
    ("NCTecnico", -1),
    ("NCCalidad", -6),
    ("RiesgosSemanalesTecnicos", -6),
    ("RiesgosSemanalesCalidad", -6),
    ("RiesgosMensualesCalidad", -25),
)


def mail_records(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    """Invent a queue: sent mail, then pending mail of every kind, from simple to impossible."""
    for _ in range(SENT * scale):
        day = -chance.randint(5, 900)
        yield _mail(chance, address(chance.randint(1, len(staff.names))), FechaGrabacion=day, FechaEnvio=day)
    one, other = address(FIRST_LEAD), address(FIRST_LEAD + 1)
    yield _mail(chance, one)
    yield _mail(chance, f"{one}; {other}", DestinatariosConCopia=f"{one.upper()},{other}")
    yield _mail(chance, None, DestinatariosConCopiaOculta=other)
    yield _mail(chance, one, Cuerpo="Texto sin etiquetas.\nSegunda línea.")
    yield _mail(chance, one, FechaGrabacion=-3)
    yield _mail(chance, one, FechaGrabacion=-4)
    yield _mail(chance, one, FechaGrabacion=None)
    yield _mail(chance, one, URLAdjunto="/no/existe/informe.pdf")


def task_records(chance: Random, staff: Staff, scale: int) -> Iterator[Record]:
    """Invent the queue of the older scripts, and when they last did each of their tasks."""
    yield from mail_records(chance, staff, scale)
    for task, days in OLDER_TASKS:
        for earlier, done in ((0, "Sí"), (-30, "Sí"), (-31, "No")):
            yield Record("TbTareas", {"Tarea": task, "Fecha": days + earlier, "Realizado": done})


def _mail(chance: Random, to: str | None, **values: Value) -> Record:
    subject = chance.choice(SUBJECTS)
    pending: dict[str, Value] = {
        "Aplicacion": chance.choice(APPLICATIONS),
        "Destinatarios": to,
        "Asunto": subject,
        "Cuerpo": f"<html><body><p>{subject}.</p></body></html>",
        "FechaGrabacion": 0,
    }
    return Record("TbCorreosEnviados", pending | values)
