"""Every Spanish text of readers' own pages and calendars."""

from collections.abc import Mapping
from typing import Final

from sereno.engine.own_findings import Unsure
from sereno.engine.reader_ports import Redeemed

TITLE: Final = "Mis hallazgos"
OF: Final = "Lo que los registros ponen a nombre de {person}, según la última ronda."
NOT_WHOLE: Final = "Puede faltar algo"
DEAD: Final = "Sereno no está vigilando ahora: lo que sigue es de la última vez que miró."
UNSURE: Final[Mapping[Unsure, str]] = {
    "blind": "{monitor}: la última vez no se pudo mirar entero. Lo que sigue es lo que se sabía.",
    "never": "{monitor}: aún no se ha mirado. De ahí no se sabe nada.",
    "stale": "{monitor}: hace más de lo debido que no se mira. Lo que sigue es lo que se sabía.",
    "whose": "{monitor}: aún no se sabe a quién corresponde cada hallazgo. Se sabrá tras la próxima ronda.",
}
NO_MONITOR: Final = "No hay ningún vigilante configurado que señale a personas: de ahí no se sabe nada."
SEEN: Final = "Última ronda"
NONE: Final = "No hay ningún hallazgo abierto a su nombre."
NONE_KNOWN: Final = (
    "No consta ninguno, pero no se ha podido mirar todo: no significa que no haya nada pendiente."
)
HEADINGS: Final = ("Vence", "Qué", "Clave", "")
UNDATED: Final = "sin fecha"
SNOOZED: Final = "pospuesto hasta el {day}"
PUT_OFF: Final = "Posponer"
PUT_OFF_ABOUT: Final = (
    "Posponer pide un código de un solo uso, que le llega por correo. El hallazgo sigue abierto y en el "
    "registro; los informes lo dicen en una línea, con su nombre y el motivo, hasta ese día."
)
DUE_ALREADY: Final = "Ha vencido: ya no se puede posponer. Corríjalo en su registro."
UNTIL: Final = "Hasta el día"
UNTIL_ABOUT: Final = "De mañana al {last}."
DUE_BEFORE: Final = "Vence antes, el {day}: ese día vuelve a los informes."
REASON: Final = "Por qué"
REASON_ABOUT: Final = "Lo leerán quienes reciben los informes. A lo sumo {most} letras."
ASK: Final = "Pedir un código"
BACK: Final = "Mis hallazgos"
CODE_TITLE: Final = "Escriba el código"
CODE_ABOUT: Final = (
    "Va a {address} con el próximo correo que salga: de día en unos minutos; de noche, o en festivo, puede "
    "tardar más de una hora. Vale diez minutos desde que sale, una vez. Puede cerrar esta página y volver."
)
CODE_HELD: Final = "El correo está retenido por ahora: el código saldrá cuando los operadores lo suelten."
WHAT: Final = "Se pospone"
CODE: Final = "Código de ocho cifras"
GIVE: Final = "Posponer"
DONE: Final = "Pospuesto hasta el {day}."
DONE_ABOUT: Final = "Los informes lo cuentan así desde ahora. Si cambia su fecha en el registro, vuelve."
VERDICTS: Final[Mapping[Redeemed, str]] = {
    "done": "Hecho.",
    "wrong": "Ese código no es. Mírelo en el correo y escríbalo otra vez; quedan {left} intentos.",
    "spent": "Han sido demasiados intentos: este código ya no vale. Pida otro.",
    "expired": "Ese código ha caducado. Pida otro; lo que escribió sigue aquí.",
    "used": "Ese código ya se usó: el hallazgo quedó pospuesto.",
}
ASK_AGAIN: Final = "Pedir otro código"
REFUSALS: Final[Mapping[str, str]] = {
    "day": "Ese día no puede ser: se espera uno de mañana al {last}.",
    "reason": "Falta el motivo: quien lea el informe lo verá.",
    "long": "El motivo es demasiado largo: a lo sumo {most} letras.",
    "many": "Ya se le han enviado {most} códigos en una hora. Espere un poco y pida otro.",
    "feeds": "En una hora se han hecho ya {most} calendarios. Espere un poco y haga otro; vale el último.",
    "trial": "Sereno está en pruebas y no envía correo: ahora no se puede pedir un código.",
    "due": DUE_ALREADY,
    "moved": "Su fecha ha cambiado desde que pidió el código: mírelo y pida otro.",
    "gone": "Ese hallazgo ya no está abierto a su nombre: no queda nada que posponer.",
    "seal": "El formulario no venía de esta página. Envíelo otra vez desde ella.",
}
FEED: Final = "Mi calendario"
FEED_NONE: Final = (
    "Una dirección secreta que su programa de calendario lee solo: cada vencimiento, un día entero. "
    "Quien la tenga ve lo mismo que usted."
)
FEED_SINCE: Final = "Hay uno desde el {day}. Su dirección no se guarda: si la ha perdido, haga otro."
FEED_MAKE: Final = "Hacer un calendario"
FEED_AGAIN: Final = "Hacer otro, y anular el anterior"
FEED_END: Final = "Anular el calendario"
FEED_MADE: Final = "Su calendario está hecho"
REFUSED_FEED: Final = "no se hizo: demasiados en una hora"
FEED_COPY: Final = (
    "Copie esta dirección ahora: no se vuelve a mostrar. En su programa, «suscribirse a un calendario»."
)
FEED_ADDRESS: Final = "Dirección del calendario"
REVOKE: Final = "Este enlace"
REVOKE_ABOUT: Final = (
    "Vale hasta el {day}. Si ha podido llegar a otras manos, anúlelo: dejan de abrir todos los que se le han "
    "enviado, y también su calendario, que con un enlace se hace. El próximo informe le trae uno nuevo."
)
REVOKE_DO: Final = "Anular mis enlaces y mi calendario"
REVOKED: Final = "Enlaces anulados"
REVOKED_ABOUT: Final = (
    "Ninguno de los que se le han enviado abre ya nada, ni queda calendario: si tenía uno, hágalo de nuevo "
    "cuando el próximo informe le traiga otro enlace, y cambie la dirección en su programa."
)
CLOSED: Final = "Este enlace no abre nada"
CLOSED_ABOUT: Final = (
    "Puede que esté incompleto, que se haya anulado, o que el programa se haya instalado de nuevo. "
    "Use el del último informe que recibió."
)
EXPIRED: Final = "Este enlace ha caducado"
EXPIRED_ABOUT: Final = "Valía hasta el {day}. Use el del último informe que recibió."
GONE: Final = "Ese hallazgo ya no está abierto a su nombre"
GONE_ABOUT: Final = "Se ha resuelto, ha dejado de estar a su nombre, o la dirección no es de aquí."
STRANGER: Final = "No se le encuentra en el directorio"
STRANGER_ABOUT: Final = (
    "Nadie en el directorio de personas recibe correo en esta dirección, y no se puede saber qué es suyo. "
    "No significa que no haya nada pendiente: pregunte a su responsable."
)
UNREADABLE: Final = "Ahora no se puede saber"
UNREADABLE_ABOUT: Final = (
    "No se ha podido leer {what}. No significa que no haya nada pendiente: vuelva a intentarlo más tarde."
)
DIRECTORY: Final = "el directorio de personas, y sin él no se sabe qué es suyo"
STORE: Final = "el almacén de Sereno"
UNWRITTEN: Final = "No se ha podido anotar"
UNWRITTEN_ABOUT: Final = (
    "El almacén de Sereno no admite cambios ahora: nada ha cambiado. Vuelva atrás, donde sigue lo que "
    "escribió, e inténtelo otra vez en unos minutos."
)

NOT_SENT: Final = {
    413: "Lo enviado es demasiado largo. Vuelva atrás y acórtelo.",
    400: "No es lo que envía un formulario de estas páginas. Vuelva atrás y repítalo.",
}
UNSENT: Final = "No se ha hecho nada"

# The calendar.
CALENDAR: Final = "Mis vencimientos (Sereno)"
CALENDAR_ABOUT: Final = "Hallazgos abiertos a su nombre. Lo que no tiene fecha no sale aquí: {undated}."
EVENT: Final = "{what}: {key}"
EVENT_OVERDUE: Final = "VENCIDO: {what}: {key}"
OVERDUE_TODAY: Final = "Sereno: vencidos a su nombre: {count}"
EVENT_ABOUT: Final = "{monitor}. Vence el {day}."
EVENT_SNOOZED: Final = "Pospuesto hasta el {day}."
UNSEEN_TODAY: Final = "Sereno: puede faltar algo en este calendario"
