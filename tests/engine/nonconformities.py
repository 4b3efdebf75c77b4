"""The nonconformities that the engine's tests work with: the real monitor over a few given rows."""

from datetime import date

from tests.engine.building import Department

from sereno.adapters.monitors import shipped_monitors

(NC,) = (monitor for monitor in shipped_monitors() if monitor.name == "no_conformidades")

STAFF = {
    "TbUsuariosAplicaciones": [
        {"Id": 1, "UsuarioRed": "ana", "Nombre": "Ana Prado", "CorreoUsuario": "ana@example.com"},
        {"Id": 2, "UsuarioRed": "luis", "Nombre": "Luis Vidal", "CorreoUsuario": "luis@example.com"},
        {"Id": 3, "UsuarioRed": "caro", "Nombre": "Carolina Solana", "CorreoUsuario": "caro@example.com"},
        {
            "Id": 4,
            "UsuarioRed": "jefa",
            "Nombre": "Julia Zamora",
            "CorreoUsuario": "jefa@example.com",
            "ParaTareasProgramadas": "Sí",
        },
    ],
    "TbUsuariosAplicacionesPermisos": [],
    "TbUsuariosAplicacionesTareas": [{"CorreoUsuario": "jefa@example.com", "EsAdministrador": "Sí"}],
}


def task(*tasks: tuple[int, date], engineer: str = "ana", quality: str = "caro") -> dict[str, list[dict]]:
    """Describe one nonconformity of an engineer, with an open task for each (number, planned end)."""
    return {
        "TbNoConformidades": [
            {
                "IDNoConformidad": 1,
                "CodigoNoConformidad": "NC-1",
                "Nemotecnico": "FARO",
                "RESPONSABLETELEFONICA": engineer,
                "RESPONSABLECALIDAD": quality,
                "FECHAAPERTURA": "01/09/2026",
                "FPREVCIERRE": "31/12/2027",
            }
        ],
        "TbNCAccionCorrectivas": [
            {"IDAccionCorrectiva": 1, "IDNoConformidad": 1, "AccionCorrectiva": "Revisar el proceso"}
        ],
        "TbNCAccionesRealizadas": [
            {
                "IDAccionRealizada": number,
                "IDAccionCorrectiva": 1,
                "AccionRealizada": f"Tarea {number}",
                "FechaFinPrevista": f"{due:%d/%m/%Y}",
            }
            for number, due in tasks
        ],
    }


def department(rows: dict[str, list[dict]]) -> Department:
    """Make a department that watches its nonconformities alone."""
    return Department(monitor=NC, registers={"no_conformidades": rows, "expedientes": {}, "lanzadera": STAFF})
