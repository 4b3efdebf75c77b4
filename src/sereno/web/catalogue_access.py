"""The Spanish texts of entering, and of what people did."""

from collections.abc import Mapping
from typing import Final

ENTER: Final = "Entrar"
USER: Final = "Usuario"
PASSWORD: Final = "Contraseña"  # noqa: S105  what the field is called
LEAVE: Final = "Salir"
INSIDE_AS: Final = "Sesión de {name}"
NO_USERS: Final = (
    "Aún no hay usuarios. Quien administra esta máquina añade el primero con "
    "«sereno user add NOMBRE --role operate»."
)
REFUSED: Final = "Usuario o contraseña incorrectos."
WAIT: Final = "Demasiados intentos fallidos: no se mira ninguno más hasta las {until:%H:%M}."
BUSY: Final = "Hay demasiada gente entrando a la vez: inténtelo en unos segundos."
UNKNOWN_NAME: Final = (
    "El servidor de entrada dice que usted es «{name}», pero aquí nadie se llama así. "
    "Lo añade quien administra: sereno user add {name} --role read --no-password"
)
NOT_YOURS: Final = "Esto es solo para quien opera Sereno; usted entra para mirar."
NOBODY_OPERATES: Final = (
    "Para hacer esto hay que entrar con un usuario que opere. "
    "Añádalo con «sereno user add NOMBRE --role operate»."
)
SESSION_OVER: Final = (
    "Su sesión ha terminado, aquí o en otra pestaña, y no se ha hecho nada. Entre otra vez y repítalo."
)
NOBODY_KNOWN: Final = (
    "El almacén no se puede leer, así que no se sabe quién puede entrar. No significa que todo vaya bien: "
    "compruébelo en esa máquina con «sereno status». {fault}"
)
STALE_FORM: Final = "Ese formulario ya no vale, o no lo envió una página de esta consola. Vuelva y repítalo."
BAD_FORMS: Final[Mapping[int, str]] = {
    400: "El formulario no se entiende.",
    413: "El formulario es demasiado grande.",
    415: "Eso no es un formulario.",
}

DEEDS: Final = "Actividad"
DEEDS_ABOUT: Final = "Quién hizo qué y cuándo, lo más nuevo primero. Se guarda seis años."
DEED_HEADINGS: Final = ("Cuándo", "Quién", "Qué", "Sobre qué", "Detalle")
NO_DEEDS: Final = "Nadie ha hecho nada todavía."
SOMEBODY: Final = "alguien sin identificar"
DEED_WORDS: Final[Mapping[str, str]] = {
    "user_added": "añadió un usuario",
    "user_removed": "quitó un usuario",
    "password_set": "cambió una contraseña",
    "role_set": "cambió un rol",
    "entered": "entró",
    "left": "salió",
    "entry_refused": "intentó entrar y no pudo",
    "people_exported": "sacó la hoja de personas",
    "notices_exported": "sacó la hoja de avisos",
    "code_asked": "pidió un código para posponer",
    "code_given": "dio un código para posponer",
    "feed_made": "hizo su calendario",
    "feed_ended": "anuló su calendario",
    "links_revoked": "anuló enlaces personales",
}
ROLE_WORDS: Final[Mapping[str, str]] = {"read": "mira", "operate": "opera"}
VIEW_WORDS: Final[Mapping[str, str]] = {"html": "tal como se ve"}
PAUSED_UNTIL: Final = "hasta el {day}: {why}"
API_NEEDS: Final = (
    "Hay que decir quién pregunta: con un usuario y su contraseña (HTTP Basic), o con una sesión."
)
API_WAITS: Final = "Demasiados intentos fallidos: espere lo que dice Retry-After."
NOT_BEYOND: Final = (
    "127.0.0.1, localhost o ::1. Para atender a otras máquinas, todos han de decir quiénes son: añada un "
    "usuario con «sereno user add NOMBRE --role operate», o ponga CONSOLE_PROXY_HEADER y "
    "CONSOLE_PROXY_ADDRESSES"
)
