"""One digest of each kind as its readers would get it, with invented data."""

from tests.golden.risks import monthly_risks, quality_risks, technical_risks
from tests.golden.tables import DAY, QUALITY, counted, section

from sereno.domain.digest import Digest, Figure

EQUIPMENT = "ID | Nombre | Nº serie | PN | Marca | Modelo | Fin de calibración | Días"
EXPIRED = """
118 | Osciloscopio digital | NV-20417 | OSC-4104 | Norvatest | O4104 | — | — | sin certificado
231 | Célula de carga 50 kN | 0077-C | CC-50K | Ibertrón | CK50 | — | — | sin fecha de fin << NUEVO
87 | Multímetro de banco | LM 55120 | MB-6½ | Lumetra | L6500 | 12/10/2026 | -43 | caducado
1204 | Analizador de espectros | AE-3391 | SA-26G | Norvatest | S26 | 21/11/2026 | -3 | caducado
96 | Pinza amperimétrica | PA-1180 | PA-600 | Lumetra | P600 | 24/11/2026 | 0 | caducado << NUEVO
"""
NEAR = """
412 | Llave dinamométrica 20-100 Nm | LD-0932 | LD-100 | Ibertrón | T100 | 25/11/2026 | 1
305 | Termohigrómetro | TH-7741 | TH-2 | Climatest | H2 | 30/11/2026 | 6
1377 | Generador de señal vectorial | GS-4410 | VSG-6 | Norvatest | V6 | 09/12/2026 | 15
158 | Balanza de precisión | BP-0021 | BP-3K | Ibertrón | B3000 | 24/12/2026 | 30 << NUEVO
"""


def brass():
    return counted(
        Digest(
            monitor="Equipos de medida (BRASS)",
            title="Equipos de medida fuera de calibración",
            day=DAY,
            summary="",
            sections=(
                section("BR-1", "Equipos de medida fuera de calibración", f"{EQUIPMENT} | Motivo", EXPIRED),
                section("BR-2", "Equipos próximos a caducar (30 días o menos)", EQUIPMENT, NEAR),
            ),
            why=f"Recibe este informe porque figura como administrador de los equipos de medida (BRASS). "
            f"{QUALITY}",
        )
    )


FILES = "ID | Código | Nemotécnico | Título | Resp. Calidad"
ENDING = """
2041 | EXP-22/104 | ATLAS | Sostenimiento de la red de radares costeros | Ana Robledo Prieto | 01/10/2023 \
| 30/09/2026 | 30/09/2027 | 12 | -55
2377 | EXP-24/031 | BRISA-II | Modernización de consolas de mando, lote 2 | — | 12/02/2024 | 24/11/2026 \
| — | 24 | 0 << NUEVO
2290 | EXP-23/218 | CIERZO | Suministro de equipos de comunicaciones tácticas | Íñigo Salvatierra \
| 01/12/2023 | 01/12/2026 | 01/12/2028 | 24 | 7 << replanificada, antes 12/11/2026 (2.ª vez)
2412 | EXP-24/077 | DUERO | Mantenimiento evolutivo del simulador | Ana Robledo Prieto | 08/06/2024 \
| 08/12/2026 | — | — | 14
"""
MILESTONES = """
2290 | EXP-23/218 | CIERZO | Suministro de equipos de comunicaciones tácticas | Íñigo Salvatierra \
| Entrega del segundo lote | 20/11/2026 | -4
2041 | EXP-22/104 | ATLAS | Sostenimiento de la red de radares costeros | Ana Robledo Prieto \
| Revisión anual | 25/11/2026 | 1
"""
OFFERED = """
2498 | OFE-26/009 | EBRO | Estudio de viabilidad de enlaces por satélite | — | 02/09/2026 | 83
2503 | OFE-26/014 | FARO | Renovación de balizas del puerto de Los Urrutias | Íñigo Salvatierra \
| 10/10/2026 | 45
"""


def dossiers():
    sections = (
        section(
            "EX-2",
            "A punto de recepcionar/finalizar (14 días o menos)",
            f"{FILES} | Inicio | Fin | Fin garantía | Meses garantía | Días",
            ENDING,
            total=61,
        ),
        section(
            "EX-3",
            "Hitos a punto de cumplirse (14 días o menos)",
            f"{FILES} | Hito | Fecha | Días",
            MILESTONES,
        ),
        section(
            "EX-4",
            "Estado desconocido",
            f"{FILES} | Inicio | Fin | Meses garantía | Estado",
            "2119 | EXP-22/180 | GALERNA | Banco de antenas | — | 15/01/2023 | — | 12 | Desconocido",
        ),
        section(
            "EX-1",
            "TSOL adjudicados sin código S4H",
            f"{FILES} | Jurídica | Adjudicación",
            "2466 | EXP-25/140 | HUECAR | Red de sensores | Marta Vidal Ochoa | TSOL | 03/11/2026 << NUEVO",
        ),
        section("EX-6", "En fase de oferta 45 días o más", f"{FILES} | Oferta | Días en oferta", OFFERED),
    )
    return counted(
        Digest(
            monitor="Expedientes",
            title="Tareas de expedientes",
            day=DAY,
            summary="",
            sections=sections,
            why=f"Recibe este informe porque figura como tramitador de expedientes. {QUALITY}",
            sheet=sections,
        )
    )


TASKS = "Código NC | Proyecto | Acción | Tarea | Inicio | Fin previsto | Días | Resp. Calidad"
OVERDUE = """
NC-0412 | ATLAS | Revisar el procedimiento de recepción | Formar a los dos turnos de almacén \
| 01/09/2026 | 10/11/2026 | -14 | Marta Vidal Ochoa
NC-0431 | CIERZO | Sustituir los conectores del lote 7 | Pedir muestras al proveedor | 02/11/2026 \
| 24/11/2026 | 0 | Marta Vidal Ochoa
"""
SOON = """
NC-0440 | CIERZO | Verificar el apriete de los soportes | Medir las 48 uniones y anotar los valores \
| 10/11/2026 \
| 28/11/2026 | 4 | p.quintana << replanificada, antes 12/11/2026 (2.ª vez)
"""
LATER = """
NC-0447 | ATLAS | Actualizar los planos de cableado | Revisar las láminas 12 a 19 | 16/11/2026 \
| 09/12/2026 | 15 | Marta Vidal Ochoa
"""


def technical_nonconformities():
    return counted(
        Digest(
            monitor="No conformidades",
            title="Tareas de acciones correctivas a punto de caducar o caducadas",
            day=DAY,
            summary="",
            sections=(
                section("NC-T3", "Caducadas", TASKS, OVERDUE),
                section("NC-T2", "A menos de 7 días", TASKS, SOON),
                section("NC-T1", "A menos de 15 días", TASKS, LATER),
            ),
            closing="Para replanificar una tarea, hable con el responsable de calidad de su no conformidad.",
            snoozed="NC-T 398 hasta el 01/12/2026 (Julio Ferrer: a la espera de repuestos)",
            why="Recibe este aviso porque figura como responsable técnico de estas no conformidades, o como "
            "su responsable de calidad. " + QUALITY,
        )
    )


NC = "Proyecto | Código | Resp. Calidad"


def quality_nonconformities():
    return counted(
        Digest(
            monitor="No conformidades",
            title="Tareas de no conformidades",
            day=DAY,
            summary="",
            figures_title="Últimos 30 días",
            figures=(
                Figure("No conformidades abiertas", 12, 9),
                Figure("No conformidades cerradas", 7, 11),
                Figure("Replanificaciones", 23, 0),
            ),
            sections=(
                section(
                    "NC-Q1",
                    "NC próximas a caducar (15 días o menos)",
                    f"{NC} | Descripción | Apertura | Cierre previsto | Días",
                    """
ATLAS | NC-0412 | Marta Vidal Ochoa | Material recibido sin certificado de conformidad | 20/08/2026 \
| 19/11/2026 | -5
CIERZO | NC-0431 | Marta Vidal Ochoa | Conectores fuera de tolerancia en el lote 7 | 14/10/2026 \
| 04/12/2026 | 10 << NUEVO
""",
                ),
                section(
                    "NC-Q2",
                    "Pendientes de control de eficacia (29 días o menos, o sin fecha)",
                    f"{NC} | Descripción | Cierre | CE previsto | Días",
                    "DUERO | NC-0377 | — | Etiquetado incompleto en cajas de repuesto | 02/06/2026 | — | —",
                ),
                section(
                    "NC-Q4",
                    "Tareas a replanificar (15 días o menos)",
                    f"{NC} | Acción | Tarea | Técnico | Fin previsto | Días",
                    """
ATLAS | NC-0412 | Marta Vidal Ochoa | Revisar el procedimiento de recepción \
| Formar a los dos turnos de almacén | Julio Ferrer | 10/11/2026 | -14
CIERZO | NC-0440 | p.quintana | Verificar el apriete de los soportes | Medir las 48 uniones | j.ferrer \
| 28/11/2026 | 4
""",
                    total=71,
                ),
                section(
                    "NC-Q6",
                    "Ejecutadas sin cerrar",
                    f"{NC} | Descripción | Última tarea terminada | Días",
                    "BRISA-II | NC-0401 | Marta Vidal Ochoa | Consola sin toma de tierra | 30/10/2026 | 25",
                    age=True,
                ),
                section(
                    "datos",
                    "Datos por corregir",
                    "Registro | Tabla | Clave | Columna | Valor",
                    "no_conformidades | TbNCAccionesRealizadas | 331 | FechaFinPrevista | 31/11/2026",
                ),
            ),
            why=f"Recibe este informe porque figura en calidad de No Conformidades. {QUALITY}",
            sheet=(section("NC-Q4", "Tareas a replanificar (15 días o menos)", "Tarea", "Formar"),),
        )
    )


SAMPLES = {
    "brass_diario": brass,
    "expedientes_diario": dossiers,
    "no_conformidades_tecnico": technical_nonconformities,
    "no_conformidades_calidad": quality_nonconformities,
    "riesgos_tecnico": technical_risks,
    "riesgos_calidad": quality_risks,
    "riesgos_calidad_mensual": monthly_risks,
}
