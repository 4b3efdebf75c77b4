"""How jobs and rounds ended, in words for an operator."""

from collections.abc import Mapping

from sereno.engine.records import RunState

RUN_WORDS: Mapping[RunState, str] = {
    "complete": "completa",
    "blind": "a ciegas",
    "unaddressed": "sin destinatario",
}
CODE_WORDS: Mapping[int, str] = {
    0: "correcto",
    1: "necesita a una persona",
    2: "ajustes o uso incorrectos",
    -1: "guion desconocido",
    -2: "tiempo agotado",
    -3: "no se pudo iniciar",
}


def code_words(code: int) -> str:
    """Say what a job's return code means."""
    if 128 < code < 192:
        return f"terminada por la señal {code - 128}"
    return CODE_WORDS.get(code, f"código {code}")
