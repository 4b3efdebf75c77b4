"""The Spanish texts of the console's first pages; those of the others stand beside, in `catalogue_*`."""

from collections.abc import Mapping
from typing import Final

from sereno.domain.outbox import State
from sereno.engine.year_of_rounds import SlotState

NOTHING: Final = "—"
PRODUCT: Final = "Sereno"
SKIP: Final = "Saltar al contenido"
SECTIONS_LABEL: Final = "Secciones"
SECTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "hoy": ("/", "Hoy"),
    "rondas": ("/rondas", "Rondas"),
    "hallazgos": ("/hallazgos", "Hallazgos"),
    "correo": ("/correo", "Correo"),
    "personas": ("/personas", "Personas"),
    "calendario": ("/calendario", "Calendario"),
    "reglas": ("/reglas", "Reglas"),
    "ajustes": ("/ajustes", "Ajustes"),
    "operar": ("/operar", "Operar"),
    "actividad": ("/actividad", "Actividad"),
}
READ_ONLY: Final = "Solo se mira: desde aquí nada cambia."
SEEN_AT: Final = "Visto el"
STANDING_LABEL: Final = "Cómo está la vigilancia"
TROUBLES: Final = "Necesita a una persona"
NOTES: Final = "A tener en cuenta"
MONTH_NAMES: Final = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
WEEK_LETTERS: Final = ("L", "M", "X", "J", "V", "S", "D")
YES_NO: Final = {True: "sí", False: "no"}

# Hoy
JOBS: Final = "Tareas"
JOB_TITLES: Final = {"email_services": "Correo saliente"}
JOB_TONES: Final = {
    "en marcha": "good",
    "en espera": "calm",
    "en pausa": "warn",
    "parada": "bad",
    "sin configurar": "warn",
}
JOB_HEADINGS: Final = ("Tarea", "Estado", "Última vez", "Resultado", "Hallazgos", "Próxima")
EVERY_CYCLE: Final = "en cada ciclo"
MAIL_CARD: Final = "Correo"
MAIL_EMPTY: Final = "Nada espera ni está retenido."
SENT_TODAY: Final = "aceptados hoy"
OLDEST: Final = "Lo más antiguo por salir:"
REGISTERS: Final = "Registros"
NEVER_SEEN: Final = "nunca visto entero"
BLIND_SINCE: Final = "a ciegas"
UNSET: Final = "sin configurar"
COMING: Final = "Qué viene"
COMING_NOW: Final = "se debe ahora"
COMING_NONE: Final = "No hay nada por venir."
MISSED: Final = "Periodos perdidos"
MISSED_NONE: Final = "Ninguno anotado en los últimos {days} días."
NO_JOBS: Final = "De las tareas no se sabe nada mientras no haya un almacén que leer."
TODAY_IS: Final = "Hoy es {day}: {kind} ({reason})."
WORKING: Final = {True: "laborable", False: "no laborable"}

# Rondas
SLOT_WORDS: Final[Mapping[SlotState, str]] = {
    "done": "hecha",
    "blind": "a ciegas",
    "unaddressed": "sin destinatario",
    "failed": "falló",
    "missed": "perdida",
    "owed": "se debe aún",
    "ahead": "por venir",
    "off": "no laborable",
    "unowed": "no se debía",
}
SLOT_COUNTS: Final[Mapping[SlotState, tuple[str, str]]] = {
    "done": ("hecha", "hechas"),
    "blind": ("a ciegas", "a ciegas"),
    "unaddressed": ("sin destinatario", "sin destinatario"),
    "failed": ("falló", "fallaron"),
    "missed": ("perdida", "perdidas"),
    "owed": ("se debe aún", "se deben aún"),
}
SLOT_MARKS: Final[Mapping[SlotState, str]] = {
    "done": "✓",
    "blind": "?",
    "unaddressed": "@",
    "failed": "!",
    "missed": "✗",
    "owed": "…",
    "ahead": "",
    "off": "",
    "unowed": "·",
}
KINDS: Final = {"daily": "diario", "weekly": "semanal", "monthly": "mensual"}
LEGEND: Final = "Leyenda"
MONTH: Final = "Mes"
ROUNDS_ABOUT: Final = (
    "Cada casilla es un periodo que el informe debía. Una hecha se vio entera y se puso en cola; cualquier "
    "otra cosa se dice como lo que es."
)
GROUNDS: Final = "Por qué"
ATTEMPTS: Final = "Rondas de este periodo"
NO_ATTEMPTS: Final = "No consta ninguna ronda para este periodo."
FORCED: Final = "forzada: no da el periodo por servido"
TRIAL: Final = "en prueba: no se avisó a nadie"
RUN_STATES: Final = {"complete": "completa", "blind": "a ciegas", "unaddressed": "sin destinatario"}
RUN_FACTS: Final = ("Empezó", "Duró", "Hallazgos", "Mensajes")
COUNTS: Final = "Hallazgos por sección"
COUNT_HEADINGS: Final = ("Sección", "Qué es", "Hallazgos")
NOTHING_FOUND: Final = "No halló nada en ninguna sección."
RUN_MAIL: Final = "Mensajes"
NO_RUN_MAIL: Final = "No puso ningún mensaje en cola."
DATA_ERRORS: Final = "Datos por corregir"
DATA_HEADINGS: Final = ("Registro", "Tabla", "Clave", "Columna", "Valor")
LOG_TAIL: Final = "Últimas líneas de la tarea"
NO_LOG_TAIL: Final = "De esta ronda no se guarda lo que la tarea escribió."
NO_OUTPUT: Final = "La tarea no escribió nada."
FAILURES: Final = "Veces que la tarea falló"

# Hallazgos
FINDING_HEADINGS: Final = (
    "Vigilante",
    "Sección",
    "Qué es",
    "Clave",
    "Vence",
    "Banda",
    "Responsable",
    "Visto por primera vez",
    "Avisos",
    "Replanificaciones",
    "Pospuesto hasta",
)
COLUMNS: Final[Mapping[str, str]] = {
    "clave": "Clave",
    "seccion": "Qué es",
    "vence": "Vence",
    "responsable": "Responsable",
    "vista": "Visto desde",
    "avisos": "Avisos",
    "replan": "Replan.",
}
FILTERS: Final = "Filtros"
EVERY: Final = "Todos"
MONITOR: Final = "Vigilante"
SECTION: Final = "Regla o sección"
BAND: Final = "Banda"
OWNER: Final = "Responsable"
TEXT: Final = "Texto"
APPLY: Final = "Filtrar"
CLEAR: Final = "Quitar filtros"
PLOTS: Final = "Gráficos"
DOWNLOAD: Final = "Descargar CSV"
FOUND: Final = "{shown} de {every} hallazgos abiertos"
NO_FINDINGS: Final = "El libro no tiene hallazgos abiertos. Se llena con cada ronda."
NONE_LIKE_THAT: Final = "Ninguno con esos filtros."
NONE_ON_PAGE: Final = "En esta página no hay ninguno."
LEDGER_ABOUT: Final = "Lo que el libro tenía abierto tras la última ronda de cada informe."
PAGE_OF: Final = "Página {page} de {pages}"
PREVIOUS: Final = "Anterior"
FOLLOWING: Final = "Siguiente"
PAGES_LABEL: Final = "Páginas"
SNOOZED: Final = "pospuesto hasta el {day}"
DUE_TONES: Final = {"red": "bad", "amber": "warn", "green": "good"}
UNDATED: Final = "sin fecha"

# Correo
STATE_WORDS: Final[Mapping[State, str]] = {
    "queued": "en cola",
    "sending": "enviándose",
    "accepted": "aceptados",
    "deferred": "aplazados",
    "dead": "rechazados",
    "unknown": "sin respuesta",
    "held": "retenidos",
    "old": "antiguos",
    "diverted": "apartados",
    "dropped": "descartados",
}
STATE_TONES: Final[Mapping[State, str]] = {
    "queued": "calm",
    "sending": "calm",
    "accepted": "good",
    "deferred": "warn",
    "dead": "bad",
    "unknown": "bad",
    "held": "warn",
    "old": "warn",
    "diverted": "calm",
    "dropped": "calm",
}
MAIL_HEADINGS: Final = ("Asunto", "Estado", "Origen", "Para", "En cola", "Intentos")
STATE: Final = "Estado"
ORIGIN: Final = "Origen"
NO_MAIL: Final = "Aquí no hay ningún correo."
NO_SUBJECT: Final = "(sin asunto)"
ENVELOPE: Final = "Sobre"
ENVELOPE_FACTS: Final = ("Estado", "Origen", "De", "Para", "En cola", "Terminó", "Próximo intento", "Nombre")
LAST_ANSWER: Final = "Lo último que se dijo"
PAST: Final = "Intentos"
PAST_HEADINGS: Final = ("Cuándo", "Qué pasó", "Qué dijo el servidor")
NOT_TRIED: Final = "Ninguno todavía."
AT_ONCE: Final = "Aceptado a la primera."
PAST_UNKNOWN: Final = "No consta qué pasó en ellos."
REFUSED: Final = "Destinatarios rechazados"
REFUSED_HEADINGS: Final = ("Dirección", "Qué dijo el servidor")
HEADERS: Final = "Cabeceras"
BODY_TEXT: Final = "Texto"
NO_TEXT: Final = "No lleva texto."
BODY_HTML: Final = "Como se ve"
FRAME_ABOUT: Final = "Sin scripts ni contenido externo."
FRAME_TITLE: Final = "El correo tal como se ve"
FRAME_ALONE: Final = "Abrirlo en una página propia, que se recorre también con el teclado"
FILES: Final = "Ficheros adjuntos"
FILE_HEADINGS: Final = ("Nombre", "Tipo", "Tamaño")
NAMELESS: Final = "(sin nombre)"
FOREIGN: Final = (
    "Es correo de otra aplicación: su contenido no se muestra aquí. «sereno mail preview» lo enseña."
)
GONE: Final = "Su contenido ya no se guarda; solo consta que salió."

# Calendario
CERTAIN: Final = {
    True: "Confirmado: el fichero de festivos da el año por completo.",
    False: "Sin confirmar: nadie ha escrito «# completo {year}» en el fichero de festivos.",
}
WORKING_DAYS: Final = "{number} días laborables"
SPECIAL: Final = "Festivos y días propios"
SPECIAL_HEADINGS: Final = ("Día", "Se trabaja", "Por qué")
BOOK_FAULTS: Final = "Líneas del fichero de festivos que no se entienden"
BOOK_HEADINGS: Final = ("Línea", "Qué pone", "Qué se espera")
DAY_LEGEND: Final = (
    ("work", "laborable"),
    ("weekend", "fin de semana"),
    ("holiday", "festivo"),
    ("book", "del fichero"),
)

# Reglas
RULES_ABOUT: Final = "Qué se busca, con qué SQL sobre la copia de los registros, y qué casos lo prueban."
IN_SQL: Final = "SQL"
CASES: Final = "Casos"
NO_CASES: Final = "Ningún caso."
BANDS: Final = "Bandas"
ON_REGISTER: Final = "registro"

# Ajustes
SETTING_HEADINGS: Final = ("Ajuste", "Valor", "De dónde sale")
HEALTH: Final = "Salud"
HEALTH_FACTS: Final = ("Vigila", "Versión", "Proceso", "Último estado", "Vale hasta")
HEALTHY: Final = {True: "sí: da señales y su almacén se lee", False: "no"}
WARNINGS: Final = "Avisos"
SECRETS: Final = "Los secretos no se muestran."
MACHINES: Final = "Para otros programas"

# Lo que falta o falla
PROBLEM: Final = "No se puede mostrar"
MISSING: Final = "No está"
HOME: Final = "Volver a Hoy"
STORELESS: Final = "Aún no hay almacén: no se ha hecho ninguna ronda, y aquí no hay nada que mostrar."
UNREADABLE: Final = "El almacén no se puede leer, y esta página sale de él. No significa que no haya nada."
PROBLEMS: Final[Mapping[int, str]] = {
    400: "La petición no se entiende.",
    404: "Aquí no hay nada con ese nombre. Puede que ya no esté: lo resuelto sale de la lista de abiertos.",
    405: "Esa orden no se admite en esta dirección.",
    500: "La consola ha fallado. No dice nada de la vigilancia: compruébela con «sereno status».",
    503: "Ahora no se puede mirar: falta el almacén, o no se puede leer.",
}
CROWDED: Final = "Hay demasiadas descargas a la vez. Repítalo dentro de un minuto."
