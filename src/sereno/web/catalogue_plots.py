"""Every Spanish text of the plots: each figure says how it is defined."""

from collections.abc import Mapping
from typing import Final

from sereno.engine.figures import Sight

TITLE: Final = "Gráficos de los hallazgos"
BACK: Final = "Hallazgos"
ABOUT: Final = (
    "Lo que el libro cuenta tras la última ronda de cada informe. Lo que no se pudo ver no se dibuja como "
    "cero: se marca «?», o «≥» donde se vio en parte y puede haber más."
)
BLIND_NOW: Final = "A ciegas ahora: {names}. Lo suyo está contado como se vio la última vez («≈»)."
NEGLECTED: Final = (
    "Hace más de lo debido que no se mira: {names}. Lo suyo está contado como se vio la última vez («≈»)."
)
NEVER_SEEN: Final = "Nunca se ha visto: {names}. De ahí no se sabe nada, y no cuenta."
OPEN: Final = "{number} hallazgos abiertos"
WEEKS: Final = "Semanas"
WEEKS_SHOWN: Final = ("26", "52")
NUMBERS: Final = "Los números"
UNKNOWN: Final = "no se sabe"
HEADING: Final[Mapping[str, str]] = {
    "edad": "Abiertos por antigüedad",
    "semanas": "Cuántos entran y cuántos se resuelven cada semana",
    "veces": "Cuántas veces se ha movido la fecha de lo abierto",
    "retrasos": "Cuánto se mueven las fechas",
    "vigilantes": "Abiertos por vigilante",
    "responsables": "Abiertos por responsable",
}
DEFINITION: Final[Mapping[str, str]] = {
    "edad": (
        "Días desde que una ronda vio por primera vez cada hallazgo abierto, también los que pasó aún lejos "
        "de vencer. De lo que se resolvió y ha vuelto cuentan desde que volvió."
    ),
    "semanas": (
        "De lunes a domingo. Entra lo que llega a una lista, nuevo o de vuelta, y se resuelve lo que una "
        "ronda ya no encuentra; cuenta el día en que la ronda lo vio. Lo que entró y se fue entre dos rondas "
        "no consta, ni cuándo entró lo que ya estaba en la primera de un vigilante: no cuenta."
    ),
    "veces": (
        "Replanificaciones de cada hallazgo abierto desde que se vio por primera vez. Solo de las reglas "
        "cuyas fechas son planes: donde otra fecha es una corrección o un certificado nuevo, no cuenta."
    ),
    "retrasos": (
        "Cada replanificación de estas semanas, por los días entre la fecha anterior y la nueva, de lo "
        "abierto y de lo ya resuelto. Solo de las reglas cuyas fechas son planes; de dos cambios entre dos "
        "rondas se ve uno."
    ),
    "vigilantes": (
        "Lo que está en alguna lista de cada vigilante. Lo de los que ya no están en la configuración no "
        "se cuenta."
    ),
    "responsables": (
        "El responsable es el que el registro nombraba la última vez, tal como allí se escribe: dos "
        "escrituras son dos responsables."
    ),
}
WEEKS_SINCE: Final = "Se anota desde el {since}; de antes no se sabe."
OWNER_NOW: Final = "Filtrado por {owner}: cuenta lo que ahora es suyo, también en las semanas de antes."
TYPICAL: Final = "De lo que se retrasó, la mitad lo hizo {days} días o menos. Movidas en total: {total}."
NONE_MOVED: Final = "En estas semanas no consta ninguna fecha movida."
AGES: Final = ("0 a 7 días", "8 a 30", "31 a 90", "91 a 180", "181 a 365", "más de un año")
TIMES: Final = ("nunca", "una vez", "dos veces", "tres o más")
DELAYS: Final = ("adelantada", "1 a 7 días", "8 a 30", "31 a 90", "más de 90")
SERIES: Final = ("entran", "se resuelven")
WEEK_HEADINGS: Final = (
    "Semana del",
    "Entran",
    "Se resuelven",
    "Salen, con fecha lejana",
    "Fuera de plazo",
    "Fechas movidas",
    "Qué se vio",
)
HEADINGS: Final[Mapping[str, tuple[str, str]]] = {
    "edad": ("Antigüedad", "Abiertos"),
    "veces": ("Veces", "Abiertos"),
    "retrasos": ("Retraso", "Fechas movidas"),
    "vigilantes": ("Vigilante", "Abiertos"),
    "responsables": ("Responsable", "Abiertos"),
}
SIGHTS: Final[Mapping[Sight, str]] = {
    "whole": "todo",
    "partly": "en parte",
    "unseen": "nada",
    "before": "aún no se anotaba",
}
WEEK_BLIND: Final = "a ciegas: {names}"
WEEK_UNWATCHED: Final = "sin rondas: {names}"
WEEK_FIRST: Final = "primera ronda de {names}: ya estaban {there}"
WEEK_SINCE: Final = "se anota desde el {since}"
WEEK_UNFINISHED: Final = "no ha acabado"
OTHERS: Final = "los demás ({number})"
OWNERLESS: Final = "(sin responsable)"
OWNERLESS_ASIDE: Final = "Sin responsable en el registro hay {number}, fuera del dibujo."
WEEKS_ALT: Final = (
    "{title}: {weeks} semanas; entran {opened} y se resuelven {resolved}; {unknown} semanas de las que no se "
    "sabe y {partly} vistas en parte."
)
ALT: Final = "{title}. {said}."
