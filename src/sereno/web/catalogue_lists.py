"""The Spanish texts of the long lists, findings and mail, beside those of the catalogue."""

from collections.abc import Mapping
from typing import Final

from sereno.engine.blanks import Rest
from sereno.engine.neglect import Unseen

AGE: Final = "Antigüedad"
AGES: Final[Mapping[str, int]] = {"7": 7, "30": 30, "90": 90, "180": 180, "365": 365}
"""Days for which something has been there, at the least, by what stands in the address."""
AGE_WORDS: Final[Mapping[str, str]] = {
    "7": "desde hace 7 días o más",
    "30": "desde hace 30 días o más",
    "90": "desde hace 90 días o más",
    "180": "desde hace 180 días o más",
    "365": "desde hace un año o más",
}
REST_WORDS: Final[Mapping[Rest, str]] = {
    "unconfigured": "nadie mira, falta {missing}",
    "paused": "está en pausa",
}
UNSEEN_WORDS: Final[Mapping[Unseen, str]] = {
    "never": "algún informe suyo aún no ha tenido ninguna ronda",
    "blind": "la última ronda de algún informe suyo, del {moment}, fue a ciegas",
    "stale": "no se mira cuando toca; la última ronda fue del {moment}",
}
LAST_ROUND: Final = "la última ronda fue del {moment}"
BLANK: Final = "{monitor}: {reasons}. Puede que falte algo, y que algo sea de antes."
"""Of a monitor whose findings may not all be known."""
NOTICE: Final = "AVISO"
INCOMPLETE: Final = "incompletos"
"""Stands in the name of a sheet that may not hold all."""
SHEET_TITLE: Final = "Hallazgos abiertos"
DOWNLOAD_WORKBOOK: Final = "Descargar Excel"
MAIL_AGES: Final[Mapping[str, int]] = {"1": 1, "7": 7, "30": 30, "90": 90, "365": 365}
MAIL_AGE_WORDS: Final[Mapping[str, str]] = {
    "1": "de hace un día o más",
    "7": "de hace 7 días o más",
    "30": "de hace 30 días o más",
    "90": "de hace 90 días o más",
    "365": "de hace un año o más",
}
ORDER: Final = "Orden"
OLDEST_FIRST: Final = "antiguos"
MAIL_ORDERS: Final[Mapping[str, str]] = {
    "": "los más nuevos primero",
    OLDEST_FIRST: "los más antiguos primero",
}
MAIL_COUNT: Final = "{number} correos, {order}"
MAIL_UNCOUNTED: Final = "Correos, {order}"
MAIL_CUT: Final = "Aquí se hojean {most}; los filtros traen los demás."
PAGE_NUMBER: Final = "Página {page}"
