"""The Spanish texts of what a person has done from the console."""

from collections.abc import Mapping
from typing import Final

OPERATE: Final = "Operar"
OPERATE_ABOUT: Final = "Lo que se haga aquí queda anotado en Actividad, con quién y cuándo."
JOBS: Final = "Tareas"
JOB_HEADINGS: Final = ("Tarea", "Estado", "Ahora", "Pausa")
RUN: Final = "Hacer la ronda"
FORCE: Final = "aunque no deba nada (no da el periodo por servido)"
REHEARSE: Final = "Ensayar"
REHEARSE_ABOUT: Final = "El ensayo lee los registros y no escribe ni envía nada: enseña qué saldría."
PAUSE: Final = "Pausar"
UNTIL: Final = "Vuelve el"
WHY: Final = "Motivo"
RESUME: Final = "Reanudar"
PAUSE_ABOUT: Final = "Los periodos que se cierren durante la pausa se pierden, y se avisa."
UNSET: Final = "No se puede: le falta {names}."
MAIL: Final = "Correo"
HOLD: Final = "Retener todo el correo"
LET_GO: Final = "Soltar el correo"
HELD: Final = "Retenido desde el {since:%d/%m/%Y %H:%M}: {why}"
FLOWING: Final = "El correo sale. Retenido, se recoge y se compone, pero no se envía hasta que se suelte."
ERRANDS: Final = "Encargos desde que la consola se inició"
ERRAND_HEADINGS: Final = ("Empezó", "Tarea", "Qué", "Quién", "Cómo va")
NO_ERRANDS: Final = "Ninguno."
KINDS: Final[Mapping[str, str]] = {"run": "ronda", "rehearsal": "ensayo"}
FORCED: Final = "forzada"
UNDER_WAY: Final = "en marcha"
ENDED: Final = {0: "hecho", 1: "hecho; algo necesita a una persona"}
ENDED_BADLY: Final = "terminó con el código {code}"
REFRESH: Final = "Esta página se renueva sola mientras dura."
MAIL_FOLLOWS: Final = "El correo que haya puesto en cola sale en el próximo ciclo."
PRINTED: Final = "Qué escribió"
NOTHING_PRINTED: Final = "No escribió nada."
NO_DOCUMENT: Final = "El ensayo no llegó a su fin: mire qué escribió."
WOULD_LEAVE: Final = "Qué saldría"
WOULD_HEADINGS: Final = ("Informe", "Periodo", "Para", "Asunto")
NOTHING_WOULD: Final = "Nada: {why}"
PREVIEWS: Final = "Cómo se vería"
PREVIEW_TITLE: Final = "El correo que saldría, tal como se vería"
COMPARED: Final = "Frente a lo que dejaron en el libro las últimas rondas"
COMPARED_ABOUT: Final = "{same} hallazgos siguen igual."
BLIND: Final = "No se pudo ver {rule}: {why}. De sus hallazgos no se dice nada."
UNJUDGED: Final = "El ensayo no juzgó {rules}. De sus hallazgos no se dice nada."
NEW: Final = "Aparecerían"
GONE: Final = "Ya no se hallarían"
UNLISTED: Final = "Saldrían de las listas"
MOVED: Final = "Cambiarían de fecha o de sección"
DIFFERENCE_HEADINGS: Final = ("Sección", "Clave", "Vencía", "Vence")
MORE: Final = "… y {number} más"
NONE: Final = "Ninguno."
UNADDRESSED: Final = "Nadie recibiría {number} hallazgos: les falta destinatario."
BUSY: Final = "{job} ya está en marcha: espere a que termine."
WATCH_BUSY: Final = "La vigilancia tiene {job} en marcha: espere a que termine."
OVERTAKEN: Final = (
    "Otra persona lo ha cambiado mientras tanto: mire cómo está ahora y, si hace falta, repítalo."
)
RETRY: Final = "Volver a enviar"
DROP: Final = "Descartar"
KEEP_BACK: Final = "Retener"
DECIDE: Final = "Decidir"
OPEN_BODY: Final = "Ver lo que dice (queda anotado)"
BODY_ABOUT: Final = "Es correo de otra aplicación. Que usted lo ha visto queda anotado en Actividad."
REASON_NEEDED: Final = "por qué: queda anotado"
DONE: Final[Mapping[str, str]] = {
    "pausada": "La tarea queda en pausa.",
    "reanudada": "La tarea ya no está en pausa; el próximo ciclo la mira.",
    "retenido": "El correo queda retenido.",
    "suelto": "El correo ya no está retenido.",
    "reenviado": "De nuevo en cola.",
    "descartado": "Descartado.",
    "apartado": "Retenido: no sale hasta que alguien lo reenvíe o lo descarte.",
}
DEED_WORDS: Final[Mapping[str, str]] = {
    "job_paused": "pausó una tarea",
    "job_resumed": "reanudó una tarea",
    "job_started": "mandó hacer una ronda",
    "job_ended": "terminó la ronda que mandó hacer",
    "job_rehearsed": "ensayó una ronda",
    "mail_held": "retuvo el correo",
    "mail_let_go": "soltó el correo",
    "mail_retried": "mandó volver a enviar un correo",
    "mail_dropped": "descartó un correo",
    "mail_kept_back": "retuvo un correo",
    "mail_adopted": "adoptó un correo antiguo",
    "mail_ignored": "dejó sin enviar un correo antiguo",
    "body_seen": "vio lo que dice el correo de otra aplicación",
}
