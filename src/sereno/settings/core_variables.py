"""The variables of Sereno itself; those of monitors, registers and queues are made from what is declared."""

from sereno.settings import kinds
from sereno.settings.kinds import Kind
from sereno.settings.variable import Variable


def _group(title: str, *rows: tuple[str, str, Kind, str]) -> tuple[Variable, ...]:
    return tuple(Variable(name, default, meaning, kind, title) for name, default, kind, meaning in rows)


CORE = (
    Variable(
        "SERENO_HOME",
        "",
        "Carpeta de todo lo que se escribe y de la que parten las rutas relativas. "
        "Por omisión, la del programa. Solo se lee del entorno.",
        kinds.PATH,
        "Lugar",
        environment_only=True,
    ),
    Variable(
        "SERENO_ENV_FILE",
        ".env",
        "Fichero de ajustes que se lee. Solo se lee del entorno.",
        kinds.PATH,
        "Lugar",
        environment_only=True,
    ),
    *_group(
        "Lugar",
        ("STATE_DB_URL", "sqlite:///var/sereno.sqlite", kinds.STORE_URL, "Dónde guarda Sereno lo suyo."),
        ("SERENO_TZ", "Europe/Madrid", kinds.ZONE, "Zona horaria de todas las horas."),
        ("OPERATORS", "", kinds.ADDRESSES, "Direcciones de quienes atienden a Sereno."),
    ),
    Variable(
        "HEARTBEAT_URL",
        "",
        "Dirección que se pide tras cada ciclo, con /fail tras uno malo: quien la escucha avisa si falta.",
        kinds.WEB_URL,
        "Lugar",
        secret=True,
    ),
    *_group(
        "Lugar",
        (
            "SUSTITUTOS_FILE",
            "",
            kinds.PATH,
            "Fichero CSV de sustitutos: usuario; usuario del sustituto; desde; hasta.",
        ),
        ("MONITORS_DIR", "", kinds.PATH, "Carpeta de sus propios monitores, cada uno en una carpeta."),
    ),
    *_group(
        "Consola",
        (
            "CONSOLE_PROXY_HEADER",
            "",
            kinds.HEADER,
            "Cabecera en la que un proxy de confianza dice quién entra en la consola.",
        ),
        (
            "CONSOLE_PROXY_ADDRESSES",
            "",
            kinds.NETWORKS,
            "Direcciones de ese proxy; la cabecera de cualquier otra no se mira.",
        ),
        (
            "CONSOLE_URL",
            "",
            kinds.CONSOLE_URL,
            "Dirección de la consola para los lectores: con ella, sus informes traen un enlace personal.",
        ),
    ),
    *_group(
        "Ciclo",
        ("MASTER_CYCLE_LABORABLE_DIA", "5", kinds.INTERVAL, "Espera entre ciclos, día laborable, de día."),
        ("MASTER_CYCLE_LABORABLE_NOCHE", "60", kinds.INTERVAL, "Espera entre ciclos, laborable, de noche."),
        ("MASTER_CYCLE_NO_LABORABLE_DIA", "60", kinds.INTERVAL, "Espera entre ciclos, no laborable, de día."),
        ("MASTER_CYCLE_NO_LABORABLE_NOCHE", "120", kinds.INTERVAL, "Lo mismo, no laborable, de noche."),
        ("MASTER_NOCHE_DESDE", "20:00", kinds.TIME, "Hora a la que empieza la noche."),
        ("MASTER_NOCHE_HASTA", "07:00", kinds.TIME, "Hora a la que acaba la noche."),
        ("MASTER_SCRIPT_TIMEOUT", "1800", kinds.SECONDS, "Segundos que puede durar un trabajo."),
        ("MASTER_MAX_WORKERS", "3", kinds.SOME_32, "Trabajos diarios que pueden correr a la vez."),
        (
            "RELOAD",
            "signal",
            kinds.RELOAD,
            "Cuándo se releen los ajustes: signal (al recibir SIGHUP) o auto (también si cambia el fichero).",
        ),
        ("MASTER_STATUS_FILE", "logs/run_master_status.json", kinds.PATH, "Fichero de estado."),
        ("MASTER_LOG_FILE", "logs/run_master.log", kinds.PATH, "Fichero de actividad del proceso maestro."),
        ("MASTER_LOG_LEVEL", "INFO", kinds.LOG_LEVEL, "Detalle: DEBUG, INFO, WARNING, ERROR o CRITICAL."),
        ("LOG_FORMAT", "text", kinds.LOG_FORMAT, "Forma de los ficheros de actividad: text o json."),
    ),
    *_group(
        "Calendario",
        ("HOLIDAYS_COUNTRY", "ES", kinds.COUNTRY, "País de los festivos."),
        (
            "HOLIDAYS_SUBDIV",
            "MD",
            kinds.SUBDIVISION,
            "Región de los festivos, o «ninguna». En otro país que ES no hay ninguna por omisión.",
        ),
        ("MASTER_FESTIVOS_FILE", "herramientas/Festivos.txt", kinds.PATH, "Fichero de festivos propios."),
        (
            "BLIND_SEND_AT",
            "12:00",
            kinds.TIME_OF_ROUNDS,
            "Hora desde la que un informe incompleto se envía, diciéndolo.",
        ),
    ),
    *_group(
        "Informes",
        (
            "REPEAT_VENCIDA_HABILES",
            "",
            kinds.LADDER,
            (
                "Días hábiles tras los que lo vencido se repite en los informes que avisan una vez; el "
                "último paso vuelve siempre. Por omisión, lo que diga cada informe (5,10,20)."
            ),
        ),
        ("DIGEST_ROWS", "25", kinds.COUNT, "Filas que cada sección muestra en el correo."),
        (
            "DIGEST_XLSX_FROM",
            "50",
            kinds.COUNT,
            "Filas en total desde las que se adjunta una hoja con todas.",
        ),
    ),
    *_group(
        "Correo",
        ("SMTP_HOST", "", kinds.HOST, "Servidor de correo saliente."),
        ("SMTP_PORT", "", kinds.PORT, "Puerto. Por omisión, 587 con starttls, 465 con tls, 25 con none."),
        ("SMTP_SECURITY", "starttls", kinds.SECURITY, "Cifrado: none, starttls o tls."),
        ("SMTP_USER", "", kinds.TEXT, "Usuario, si el servidor lo pide."),
    ),
    Variable("SMTP_PASSWORD", "", "Contraseña de SMTP_USER.", kinds.SECRET, "Correo", secret=True),
    *_group(
        "Correo",
        ("SMTP_CA_FILE", "", kinds.PATH, "Certificados de confianza (PEM), si no bastan los del sistema."),
        ("SMTP_TIMEOUT", "30", kinds.SECONDS, "Segundos que se espera al servidor."),
        (
            "SMTP_DATA_TIMEOUT",
            "600",
            kinds.PATIENCE,
            "Segundos que se espera su respuesta a un correo ya entregado.",
        ),
        ("SMTP_CONNECTIONS", "4", kinds.SOME_64, "Conexiones a la vez, a lo sumo."),
        ("SMTP_MESSAGES_PER_CONNECTION", "100", kinds.SOME, "Correos por conexión; luego se abre otra."),
        (
            "SMTP_RECIPIENTS_PER_MESSAGE",
            "100",
            kinds.SOME,
            "Destinatarios por envío; si hay más, se reparten.",
        ),
        ("SMTP_RATE_PER_MINUTE", "0", kinds.COUNT, "Correos por minuto a lo sumo; 0 es sin límite."),
        ("MAIL_DOMAIN", "", kinds.DOMAIN, "Dominio del remitente. Hace falta para enviar."),
        ("MAIL_FROM", "", kinds.ADDRESS, "Dirección del remitente, en lugar de aplicacion@MAIL_DOMAIN."),
        ("MAIL_RETURN_PATH", "", kinds.ADDRESS, "Dirección a la que vuelven los rechazos."),
        ("MAIL_TRIAL", "0", kinds.SWITCH, "1: en pruebas, el correo se queda en MAIL_DIR y no sale."),
        (
            "MAIL_REDIRECT_TO",
            "",
            kinds.ADDRESS,
            "En pruebas, la única dirección que recibe todo, por SMTP_HOST, en lugar de los destinatarios.",
        ),
        (
            "MAIL_ALLOW_DOMAINS",
            "",
            kinds.DOMAINS,
            "Únicos dominios a los que se escribe; lo demás se retiene. Por omisión, todos.",
        ),
        (
            "MAIL_DIGEST_HOURS",
            "07:00-20:00",
            kinds.MAIL_HOURS,
            "Horas en que salen los informes, en días laborables; o «siempre».",
        ),
        (
            "MAIL_MAX_AGE_HOURS",
            "72",
            kinds.SOME,
            "Horas que se insiste con un correo que el servidor aplaza una y otra vez.",
        ),
        (
            "MAIL_UNKNOWN",
            "hold",
            kinds.UNKNOWN_MAIL,
            "Si no se sabe si un correo salió: hold (decide una persona) o retry (se repite al rato).",
        ),
        ("MAIL_DIR", "var/mail", kinds.PATH, "Carpeta del correo en pruebas (ficheros .eml)."),
        (
            "ATTACHMENT_ROOTS",
            "",
            kinds.PATHS,
            "Carpetas de las que se admiten adjuntos, separadas por punto y coma. Sin ella, de ninguna.",
        ),
        ("ATTACHMENT_MAX_MB", "20", kinds.SOME, "MB de adjuntos por correo, entre todos."),
        ("ATTACHMENT_WAIT_HOURS", "24", kinds.COUNT, "Horas que un correo espera a sus adjuntos."),
        (
            "MAIL_TAKE_IN_DAYS",
            "3",
            kinds.SOME,
            "Días: lo que una cola guarda pendiente desde antes, al verlo por primera vez, no se envía solo.",
        ),
        (
            "RETENTION_BYTES_DAYS",
            "400",
            kinds.SOME,
            "Días que se guarda el contenido de los informes enviados; después solo consta que salieron.",
        ),
        (
            "RETENTION_FOREIGN_DAYS",
            "30",
            kinds.SOME,
            "Lo mismo, el de los correos de otras aplicaciones.",
        ),
        ("SERENO_DEMO_SINCE", "", kinds.INSTANT, "Lo escribe la demostración; no lo ponga a mano."),
    ),
)
