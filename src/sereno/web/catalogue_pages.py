"""Spanish texts of the pages that show a round, the cases of the rules, and people."""

from collections.abc import Mapping
from typing import Final

from sereno.engine.traces import Change

# Una ronda
OTHER_RUNS: Final = "Otras rondas de este periodo"
OTHER_HEADINGS: Final = ("Terminó", "Cómo", "Hallazgos", "Por qué")
LOOKS: Final = "Reglas y comprobaciones"
LOOK_HEADINGS: Final = ("Consulta", "Qué es", "Cómo fue", "Halló", "Tardó")
LOOK_KINDS: Final = {
    "rule": "regla",
    "check": "comprobación de los datos",
    "people": "a quién le toca",
    "figure": "cifras del informe",
}
LOOK_SEEN: Final = "vista"
LOOK_BLIND: Final = "a ciegas"
NOT_KEPT: Final = "No se guardaba: la ronda es de antes de que Sereno lo anotase."
NOT_RUN: Final = "no llegó a hacerse"
FETCHED: Final = "Leer los registros: {told}."
NOTHING_SEEN: Final = "Nada, en lo que pudo ver: no significa que no lo haya."
CHANGES: Final = "Qué cambió desde la anterior"
CHANGES_SINCE: Final = "Frente a la última ronda completa de este informe, del {at}."
CHANGES_FIRST: Final = "Antes de esta no hay ninguna ronda completa de este informe con que comparar."
CHANGES_NONE: Final = "Nada: halló lo mismo, con las mismas fechas."
CHANGES_BLIND: Final = (
    "No todo se vio: de lo que vigilan las consultas a ciegas no se sabe si ha cambiado, y aquí no figura."
)
CHANGES_UNTRACED: Final = (
    "Puede faltar algo: de {number} de las rondas hechas entretanto no se guardó qué cambió."
)
CHANGES_UNLISTED: Final = "Además hubo {number} cambios que no se guardaron uno a uno."
CHANGE_WORDS: Final[Mapping[Change, str]] = {
    "new": "Nuevos",
    "gone": "Ya no están",
    "redated": "Con otra fecha",
    "shifted": "En otra sección",
}
CHANGE_HEADINGS: Final[Mapping[Change, tuple[str, ...]]] = {
    "new": ("Clave", "Sección", "Vence"),
    "gone": ("Clave", "Sección", "Por qué"),
    "redated": ("Clave", "Sección", "Vencía", "Vence"),
    "shifted": ("Clave", "Estaba en", "Está en"),
}
GONE_WHY: Final = {
    "resolved": "resuelto",
    "expired": "demasiado antiguo para su regla",
    None: "sigue abierto, fuera de este informe",
}
MORE_CHANGES: Final = "y {number} más"

# Los casos de las reglas
ALL_HOLD: Final = "Los {every} casos se cumplen, probados ahora sobre los ficheros tal como están."
SOME_FAIL: Final = "{failing} de {every} casos NO se cumplen: la regla no halla lo que dice su caso."
UNTRIED: Final = "De {number} vigilantes no se han probado los casos: se dice en cada uno por qué."
CASES_HOLD: Final = "se cumplen"
CASES_FAIL: Final = "{failing} de {every} no se cumplen"
CASE_HOLDS: Final = "se cumple"
CASE_FAILS: Final = "no se cumple"
CASES_PENDING: Final = "Sus casos se están probando todavía: vuelva a cargar la página en unos segundos."
CASES_UNTRIED: Final = "Sus casos NO se han podido probar:"
CASES_CHANGED: Final = (
    "Sus ficheros han cambiado desde que la consola los leyó: los casos prueban los de ahora, y lo que sigue "
    "es lo de antes. Vuelva a arrancar la consola."
)
