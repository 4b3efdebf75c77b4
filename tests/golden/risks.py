"""The digests of project risks, with invented data."""

from tests.golden.tables import DAY, QUALITY, counted, section

from sereno.domain.calendar import MONTHS as ALL_MONTHS
from sereno.domain.digest import Chart, Digest, Figure
from sereno.domain.history import AGES

EDITIONS = "Proyecto | Nombre | Jurídica | Edición | Fecha ed. | Cierre previsto | Fecha máx. | Días"
PLANS = "Proyecto | Resp. Calidad | Código | Descripción | Disparador | Acción | Inicio | Fin previsto | Días"
RISKS = "Proyecto | Código | Descripción | Causa raíz"
VISA = f"{RISKS} | Justificado | Días esperando"
HARBOUR = "Renovación de balizas | TSOL"


def risks(title, sections, **more):
    digest = Digest("Gestión de riesgos", title, DAY, "", sections, **more)
    return counted(digest)


def technical_risks():
    return risks(
        "Tareas de riesgos de sus proyectos",
        (
            section(
                "RI-T1",
                "Ediciones que necesitan propuesta de publicación (15 días o menos)",
                "Proyecto | Resp. Calidad | Edición | Fecha máx. | Días",
                "ATLAS | Ana Robledo Prieto | 4 | 23/11/2026 | -1\nFARO | — | 2 | 09/12/2026 | 15 << NUEVO",
            ),
            section(
                "RI-T4",
                "Riesgos aceptados rechazados por calidad",
                "Proyecto | Resp. Calidad | Código | Descripción | Causa raíz | Rechazo",
                "ATLAS | Ana Robledo Prieto | R-07 | Retraso en la entrega de los mástiles "
                "| Un solo proveedor | 18/11/2026",
            ),
            section(
                "RI-T7",
                "Acciones de mitigación por replanificar",
                PLANS,
                "ATLAS | Ana Robledo Prieto | R-11 | Pérdida de personal con acreditación "
                "| Baja de dos técnicos | Acreditar a tres suplentes | 01/07/2026 | 15/11/2026 | -9",
            ),
        ),
        why="Recibe este informe porque figura como jefe de proyecto en los expedientes de estos proyectos. "
        "Si no le corresponde, hable con el responsable de calidad del proyecto.",
    )


MEMBER = f"Recibe este informe porque figura como usuario de calidad en Gestión de Riesgos. {QUALITY}"


def quality_risks():
    ana, gone, nobody = (
        "Ana Robledo Prieto",
        "Luis Carranza (no recibe este correo)",
        "Sin responsable de calidad",
    )
    over, soon = (
        "Fecha de publicación superada",
        "Fecha de publicación a punto de superarse (15 días o menos)",
    )
    atlas = "ATLAS | Red de radares costeros | ISDE | 4 | 02/05/2026 | 31/03/2027 | 23/11/2026 | -1"
    faro = f"FARO | {HARBOUR} | 2 | 11/06/2026 | — | 09/12/2026 | 15 << NUEVO"
    duero = "DUERO | Simulador | ISDE | 7 | 20/05/2026 | 30/06/2027 | 20/11/2026 | -4"
    waiting = "ATLAS | R-07 | Retraso en la entrega de los mástiles | Un solo proveedor | 06/11/2026 | 18"
    return risks(
        "Tareas de riesgos para calidad",
        (
            section("RI-Q3", over, EDITIONS, atlas, group=ana),
            section("RI-Q5", "Aceptados a falta de visado", VISA, waiting, group=ana),
            section("RI-Q3", over, EDITIONS, duero, group=gone),
            section("RI-Q2", soon, EDITIONS, faro, group=nobody),
            section(
                "datos",
                "Datos por corregir",
                "Registro | Tabla | Clave | Columna | Valor",
                "riesgos | TbProyectosEdiciones | 880 | FechaMaxProximaPublicacion | —",
            ),
        ),
        why=MEMBER,
    )


MONTHS = ("dic 25", *(f"{month} 26" for month in ALL_MONTHS[:11]))
OPEN = (14, 22, 9, 5)
LATE = (4, 6, 5, 9, 12, 10, 8, 8, 3, 7, 11, 13)


def chart(name, title, labels, numbers):
    bars = tuple(zip(labels, numbers, strict=True))
    words = ", ".join(f"{label}: {number}" for label, number in bars)
    return Chart(name, title, bars, f"{title}. {words}.")


def monthly_risks():
    none = {"empty": "Nada pendiente"}
    proposed = "Proyecto | Edición | Fecha máx. | Propuesta | Días"
    closed = "Proyecto | Nombre | Jurídica | Cierre | Resp. Calidad"
    active = f"""
ATLAS | Red de radares costeros | ISDE | 4 | 02/05/2026 | 31/03/2027 | 23/11/2026 | -1
FARO | {HARBOUR} | 2 | 11/06/2026 | — | 09/12/2026 | 15
"""
    sections = (
        section(
            "RI-Q1", "Ediciones propuestas para publicar", proposed, "FARO | 2 | 09/12/2026 | 20/11/2026 | 15"
        ),
        section("RI-M2", "Ediciones activas", EDITIONS, active, total=54),
        section("RI-M3", "Proyectos cerrados en los últimos 30 días", closed, "", **none),
        section("RI-Q5", "Aceptados a falta de visado", VISA, "", **none),
        section("RI-Q6", "Retirados a falta de visado", VISA, "", **none),
    )
    counts = tuple(
        Figure(each.title, each.total, before)
        for each, before in zip(sections, (3, 51, 2, 0, None), strict=True)
    )
    return risks(
        "Informe mensual de riesgos",
        sections,
        figures_title="Recuento, junto al del mes anterior",
        figures=counts,
        charts=(
            chart("ages", "Hallazgos abiertos por antigüedad", [age for age, _ in AGES], OPEN),
            chart("overdue", "Hallazgos vencidos, mes a mes", MONTHS, LATE),
        ),
        why=MEMBER,
        sheet=sections,
    )
