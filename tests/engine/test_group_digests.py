"""Quality sees everybody's risks, its own first; the monthly report always comes, and says what it missed."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

from tests.engine.building import MADRID, Department

from sereno.adapters.monitors import shipped_monitors

(RISKS,) = (monitor for monitor in shipped_monitors() if monitor.name == "riesgos")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=MADRID)

PEOPLE = {
    "TbUsuariosAplicaciones": [
        {
            "Id": number,
            "UsuarioRed": login,
            "Nombre": name,
            "CorreoUsuario": f"{login}@example.com",
            "ParaTareasProgramadas": "Sí",
        }
        for number, login, name in (
            (1, "ana", "Ana Prado"),
            (2, "luis", "Luis Vidal"),
            (3, "fuera", "Eva Forastera"),
            (4, "jefa", "Julia Zamora"),
        )
    ],
    "TbUsuariosAplicacionesPermisos": [
        {"CorreoUsuario": f"{login}@example.com", "IDAplicacion": 5, "EsUsuarioCalidad": "Sí"}
        for login in ("ana", "luis")
    ],
    "TbUsuariosAplicacionesTareas": [{"CorreoUsuario": "jefa@example.com", "EsAdministrador": "Sí"}],
}


def projects(**owners):
    """Make a project for each name, with an edition two days overdue, and its quality owner's login."""
    names = dict(enumerate(owners, 1))
    return {
        "TbProyectos": [
            {"IDProyecto": n, "IDExpediente": n, "Proyecto": name, "NombreUsuarioCalidad": owners[name]}
            for n, name in names.items()
        ],
        "TbProyectosEdiciones": [
            {
                "IDEdicion": n,
                "IDProyecto": n,
                "Edicion": 1,
                "FechaMaxProximaPublicacion": f"{MONDAY.date() - timedelta(days=2):%d/%m/%Y}",
            }
            for n in names
        ],
    }


def department(**owners):
    registers = {"riesgos": projects(**owners), "expedientes": {}, "lanzadera": PEOPLE}
    return Department(monitor=RISKS, registers=registers, now=MONDAY)


def served(site, digest):
    (each,) = site.round(digest=digest).served
    return each


def text(message):
    return message_from_bytes(message.data, policy=default).get_body(("plain",)).get_content()


def test_each_member_of_quality_gets_a_mail_with_the_own_projects_first():
    each = served(department(FARO="ana", BOYA="luis"), "calidad")
    bodies = {message.envelope.recipients[0]: text(message) for message in each.messages}
    assert bodies.keys() == {"ana@example.com", "luis@example.com"}
    assert bodies["ana@example.com"].index("FARO") < bodies["ana@example.com"].index("BOYA")
    assert bodies["luis@example.com"].index("BOYA") < bodies["luis@example.com"].index("FARO")


def test_strangers_and_orphans_stand_in_everybody_s_mail_under_their_own_headings():
    each = served(department(FARO="ana", BOYA="fuera", NASA="", MASTIL="nadie"), "calidad")
    for message in each.messages:
        body = text(message)
        assert "Eva Forastera (no recibe este correo)" in body
        assert "Sin responsable de calidad" in body
        assert body.index("FARO") < body.index("BOYA") < body.index("NASA")


def test_the_monthly_report_always_comes_and_says_nothing_is_pending_in_each_section():
    site = department()
    site.registers["riesgos"] = {"TbProyectos": [{"IDProyecto": 9, "FechaCierre": "01/01/2020"}]}
    (message,) = served(site, "calidad_mensual").messages
    assert text(message).count("Nada pendiente") >= 6


def test_a_monthly_report_that_could_not_see_never_says_that_nothing_is_pending():
    site = department(FARO="ana")
    site.registers["riesgos"] = None
    site.now = MONDAY.replace(hour=12, minute=30)
    each = served(site, "calidad_mensual")
    assert each.run.state == "blind"
    body = text(each.messages[0])
    assert "Nada pendiente" not in body
    assert "No se ha podido comprobar" in body


def test_the_report_sets_each_count_beside_that_of_the_month_before():
    site = department(FARO="ana")
    assert served(site, "calidad_mensual").run.counts["RI-M2"] == 1
    site.registers["riesgos"] = projects(FARO="ana", BOYA="luis")
    site.now = MONDAY.replace(month=12, day=21)
    (digest,) = served(site, "calidad_mensual").digests
    figure = next(figure for figure in digest.figures if figure.label == "Ediciones activas")
    assert (figure.now, figure.before) == (2, 1)


def test_after_an_incomplete_digest_the_run_that_completes_it_sends_only_what_was_missing():
    site = department(FARO="ana")
    site.registers["expedientes"] = None
    site.now = MONDAY.replace(hour=12, minute=30)
    incomplete = served(site, "calidad")
    assert incomplete.run.state == "blind"
    assert {item.finding.rule for parcel in incomplete.parcels for item in parcel.items} == {"RI-QF"}
    site.registers["expedientes"] = {}
    site.now = MONDAY.replace(hour=15)
    completed = served(site, "calidad")
    assert completed.run.state == "complete"
    assert [parcel.items for parcel in completed.parcels] == []


def test_a_report_that_is_always_sent_is_sent_whole_when_it_can_be():
    site = department(FARO="ana")
    site.registers["expedientes"] = None
    site.now = MONDAY.replace(hour=12, minute=30)
    assert served(site, "calidad_mensual").run.state == "blind"
    site.registers["expedientes"] = {}
    site.now = MONDAY.replace(hour=15)
    (message,) = served(site, "calidad_mensual").messages
    assert "FARO" in text(message)


def test_what_strayed_because_the_directory_was_down_is_still_owed_to_its_readers():
    site = department(FARO="ana")
    site.registers["lanzadera"] = None
    site.now = MONDAY.replace(hour=12, minute=30)
    (stray,) = served(site, "calidad").messages
    assert stray.envelope.recipients == ("operador@example.com",)
    site.registers["lanzadera"] = PEOPLE
    site.now = MONDAY.replace(hour=15)
    readers = {message.envelope.recipients[0] for message in served(site, "calidad").messages}
    assert readers == {"ana@example.com", "luis@example.com"}
