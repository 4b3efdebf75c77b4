"""Spanish texts of the pages that show a round, the cases of the rules, and people."""

from collections.abc import Mapping
from typing import Final

from sereno.engine.traces import Change
from sereno.engine.who_is_who import Way

# Una ronda
OTHER_RUNS: Final = "Otras rondas de este periodo"
OTHER_HEADINGS: Final = ("Terminó", "Cómo", "Hallazgos", "Por qué")
LOOKS: Final = "Reglas y comprobaciones"
LOOK_HEADINGS: Final = ("Consulta", "Qué es", "Cómo fue", "Resultado", "Tardó")
LOOK_KINDS: Final = {
    "rule": "regla",
    "check": "comprobación de los datos",
    "people": "a quién le toca",
    "figure": "cifras del informe",
}
LOOK_ROWS: Final = ("{number} fila", "{number} filas")
LOOK_LISTED: Final = "{rows}, {number} en listas"
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
MAIL_ON_HOLD: Final = "Todo retenido desde:"
ALL_HOLD: Final = "Los {every} casos se cumplen, probados ahora sobre los ficheros tal como están."
SOME_FAIL: Final = "{failing} de {every} casos NO se cumplen: la regla no halla lo que dice su caso."
UNTRIED: Final = (
    "De {number} vigilantes no se han probado los casos de las reglas en vigor: se dice en cada uno por qué."
)
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

# Personas
NO_DIRECTORY: Final = (
    "El directorio de personas no se puede leer ahora, y esta página sale de él. "
    "No significa que no haya nadie."
)
DIRECTORY_AGE: Final = "Directorio leído hace {seconds} s."
PEOPLE_ABOUT: Final = "Los hallazgos son los que el libro tenía abiertos tras la última ronda."
NOBODY: Final = "nadie"
ROLES: Final = "Roles"
ROLE_HEADINGS: Final = ("Persona", "Rol", "Vigilante", "Correo")
NOBODY_HOLDS: Final = "nadie lo tiene"
UNREACHED_ONE: Final = "no le llega correo"
REFUSED_ONE: Final = "el servidor la rechaza"
UNREACHED: Final = "Personas de alta a las que no llega correo"
UNREACHED_HEADINGS: Final = ("Persona", "Usuario", "Id", "Por qué")
UNREACHED_NONE: Final = "Ninguna: a todas las que están de alta se les puede escribir."
LOST: Final = "Responsables de hallazgos abiertos a los que no llega correo"
LOST_HEADINGS: Final = ("Quién y por qué", "Vigilante", "Hallazgos")
LOST_NONE: Final = "Ninguno: a todos los que nombran los hallazgos abiertos les llega correo."
RECEIPTS: Final = "Qué recibirá cada uno"
RECEIPTS_ABOUT: Final = (
    "Tal como está hoy. Un informe solo se manda si tiene algo que decir; a quién más se pone en copia "
    "lo deciden los hallazgos de cada ronda."
)
RECEIPTS_NONE: Final = "Nadie: ningún informe tiene hoy a quién escribir."
RECEIPT_HEADINGS: Final = ("Informe", "Cómo y por qué", "Cada cuánto", "Próxima vez")
NOT_IN_DIRECTORY: Final = "no es de nadie del directorio"
WAYS: Final[Mapping[Way, str]] = {
    "to": "destinatario",
    "hidden": "en copia oculta",
    "overdue": "en copia de lo que lleva demasiado tiempo vencido",
    "instead": "en lugar de quien no se encuentra o no tiene correo",
}
PEOPLE_SHEET_HEADINGS: Final = (
    "Persona",
    "Usuario",
    "Id",
    "Correo",
    "Por qué no le llega",
    "Roles",
    "Recibirá",
)
SHEETS: Final = "Sacar como hoja"
SHEETS_ABOUT: Final = "Cada vez que alguien saca una queda anotado en Actividad."
TAKE_PEOPLE: Final = "Personas (CSV)"
TAKE_NOTICES: Final = "Avisos (CSV)"
SINCE: Final = "Desde"
UNTIL: Final = "Hasta"
