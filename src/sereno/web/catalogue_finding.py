"""Every Spanish text of a finding's page."""

from collections.abc import Mapping
from typing import Final

from sereno.domain.steps import StepKind

FACTS: Final = (
    "Cómo está",
    "Vigilante",
    "Regla",
    "Responsable",
    "Vence",
    "Visto",
    "Replanificaciones",
    "Pospuesto",
)
OPEN: Final = "Abierto"
AFAR: Final = "Se sigue, y no está en ninguna lista: su fecha queda lejos"
RESOLVED: Final = "Resuelto el {day}: una ronda ya no lo encontró"
EXPIRED: Final = "Fuera de plazo desde el {day}: venció hace más de lo que su regla mira atrás"
STATE_TONES: Final[Mapping[str, str]] = {
    "open": "warn",
    "afar": "calm",
    "resolved": "good",
    "expired": "calm",
}
SEEN_BETWEEN: Final = "del {first} al {last}"
REPLANNED: Final = "{times} desde que se vio por primera vez; la última, desde el {day}"
REPLANNED_BEFORE: Final = (
    "De {times} no consta la fecha anterior ni el día: los pasos se anotan desde el {since}."
)
NEVER: Final = "Nunca"
SNOOZED_BY: Final = "Hasta el {until}, por {by}: {reason}"
SNOOZE_OVER: Final = "Ya no está pospuesto."
SNOOZE_ABOUT: Final = "Consta la última vez que se pospuso, y no el día en que se pidió."
HISTORY: Final = "Historia"
HISTORY_ABOUT: Final = "Qué vieron las rondas y de qué avisaron. Los pasos se anotan desde el {since}."
HISTORY_HEADINGS: Final = ("Día", "Qué pasó", "Detalle")
FIRST_SEEN: Final = "Visto por primera vez"
SEEN_AGAIN: Final = "Visto de nuevo"
STEPS: Final[Mapping[StepKind, str]] = {
    "opened": "Entró en las listas",
    "replanned": "Replanificado",
    "redated": "Con otra fecha",
    "cleared": "Salió de las listas",
    "resolved": "Resuelto",
    "expired": "Fuera de plazo",
}
REOPENED: Final = "Volvió a las listas"
DUE: Final = "vence el {day}"
UNDATED: Final = "sin fecha"
MOVED: Final = "del {before} al {due}"
MOVED_DAYS: Final = "del {before} al {due}: {days} días"
ENDED_WHY: Final[Mapping[str, str]] = {
    "resolved": "la ronda ya no lo encontró",
    "expired": "venció hace más de lo que su regla mira atrás",
    "cleared": "sigue ahí, con su fecha lejos",
}
TOLD: Final = "Avisado"
TOLD_DETAIL: Final = "{digest}, {period} · {section} · {due}"
TOLD_LIKE: Final = "{detail} · {times} veces igual hasta este día"
SNOOZE_END: Final = "Fin de la pausa"
SNOOZE_END_DETAIL: Final = "la pidió {by}: {reason}"
NOTICES: Final = "A quién le llegó"
PEOPLE_HEADINGS: Final = ("Destinatario", "Veces", "Primera", "Última")
NO_NOTICES: Final = "De ningún mensaje que avisara de ello consta que un servidor lo aceptara."
LATEST: Final = "Las últimas veces: {shown} de {total}"
NOTICE_HEADINGS: Final = ("Aceptado", "Destinatario", "Qué decía", "Mensaje")
UNKNOWN_RULE: Final = "ya no está entre las reglas"
