"""The commands of the finding ledger: arguments, one call, an exit code."""

from typing import Any

import click

verbose = click.option("-v", "--verbose", is_flag=True, help="Cuenta todo lo que hace y por qué.")
monitor = click.option("--monitor", metavar="VIGILANTE", help="Solo ese.")


@click.command()
@monitor
@click.option("--rule", metavar="REGLA", help="Solo esa regla o sección, como NC-T o NC-T3.")
@click.option("--owner", metavar="PERSONA", help="Solo los de esa persona: Id, usuario o nombre.")
@click.option("--band", metavar="FRANJA", help="Solo esa franja, como vencida, urgente o aviso.")
@click.option("--json", "as_json", is_flag=True, help="En JSON, para otros programas.")
def findings(**options: Any) -> int:
    """Muestra los hallazgos abiertos, según el libro."""
    from sereno.commands.ledger import list_findings

    return list_findings(**options)


@click.command()
@click.option("--person", metavar="PERSONA", help="Solo los que recibió: Id, usuario, nombre o correo.")
@click.option("--from", "since", metavar="AAAA-MM-DD", help="Desde ese día.")
@click.option("--to", "until", metavar="AAAA-MM-DD", help="Hasta ese día, incluido.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "xlsx"]), default="table", show_default=True
)
@click.option("--output", metavar="FICHERO", help="Dónde dejar el csv o el xlsx.")
def notices(**options: Any) -> int:
    """Muestra a quién se avisó de qué, y cuándo aceptó el correo su servidor."""
    from sereno.commands.ledger import NoticeOptions, list_notices

    return list_notices(NoticeOptions(**options))


@click.command()
@click.argument("rule", metavar="REGLA")
@click.argument("key", metavar="CLAVE")
@click.option("--until", required=True, metavar="AAAA-MM-DD", help="Hasta cuándo; 90 días a lo sumo.")
@click.option("--reason", required=True, metavar="TEXTO", help="Por qué: los informes lo dicen.")
@monitor
def snooze(**options: Any) -> int:
    """Pospone un hallazgo abierto; los valores de su clave, separados por comas."""
    from sereno.commands.ledger import SnoozeOptions, snooze

    return snooze(SnoozeOptions(**options))


@click.command()
@monitor
@click.option(
    "--revoke",
    metavar="PERSONA",
    help="Anula los enlaces personales y el calendario de esa persona: Id, usuario, nombre o correo.",
)
def people(monitor: str | None, revoke: str | None) -> int:
    """Muestra quién tiene cada rol, a quién no llega correo y qué responsables no se encuentran."""
    from sereno.commands.people import list_people, revoke_links

    return list_people(monitor) if revoke is None else revoke_links(revoke)


@click.command()
@monitor
@verbose
def baseline(**options: Any) -> int:
    """Da por sabidos los hallazgos de hoy, sin avisar a nadie."""
    from sereno.commands.golive import baseline

    return baseline(**options)


@click.command("import-ledger")
@click.option("--tareas", metavar="URL", help="La base de TbTareas: cuándo se sirvió cada informe.")
@click.option(
    "--no-conformidades",
    metavar="URL",
    help="La base de TbNCARAvisos: de qué se avisó; si falta, la del registro.",
)
@verbose
def import_ledger(**options: Any) -> int:
    """Importa, una sola vez, lo que sabían los guiones antiguos."""
    from sereno.commands.golive import import_ledger

    return import_ledger(**options)


COMMANDS = (findings, notices, snooze, people, baseline, import_ledger)
