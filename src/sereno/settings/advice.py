"""What an operator should know of an installation before anything starts."""

from sereno.settings.values import Settings

NOBODY_TOLD = (
    "Nadie sabrá de los fallos: ponga en OPERATORS las direcciones de los operadores, "
    "o en HEARTBEAT_URL la de quien vigila al vigilante."
)
NO_DIRECTORY = (
    "Falta LANZADERA_DB_URL: sin el directorio de personas, lo que va a un rol llega a los operadores."
)


def advice(settings: Settings) -> tuple[str, ...]:
    """Say what is missing that nothing fails without, and that somebody will miss."""
    nobody = () if settings.operators or settings.heartbeat_url else (NOBODY_TOLD,)
    return (*nobody, *(() if settings.registers["lanzadera"].url else (NO_DIRECTORY,)))


def mail_modes(settings: Settings) -> tuple[str, ...]:
    """Say loudly where mail goes when it does not go to a relay."""
    folder = settings.mail.folder
    trial = (f"Prueba (MAIL_TRIAL=1): el correo se deja en {folder}, nadie lo recibe.",)
    if settings.mail.redirect_to:
        return (
            f"Prueba (MAIL_REDIRECT_TO): todo el correo va a {settings.mail.redirect_to}, y a nadie más.",
        )
    demo = (f"Finca de ejemplo (SERENO_DEMO_SINCE): el correo se deja en {folder}, nadie lo recibe.",)
    return (trial if settings.mail.trial else ()) + (demo if settings.demo_since else ())
