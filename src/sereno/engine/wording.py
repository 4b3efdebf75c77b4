"""How a run and a job ended, in words."""

from collections.abc import Mapping

from sereno.engine.records import JobResult, RunState

RUN_WORDS: Mapping[RunState, str] = {
    "complete": "completa",
    "blind": "a ciegas",
    "unaddressed": "sin destinatario",
}
CODE_WORDS = {
    0: "correcto",
    1: "necesita a una persona",
    2: "ajustes o uso incorrectos",
    -1: "guion desconocido",
    -2: "tiempo agotado",
    -3: "no se pudo iniciar",
}


def code_words(result: JobResult) -> str:
    """Say what a return code means (docs/reference/daemon.md)."""
    if 128 < result.code < 192:
        return f"terminada por la señal {result.code - 128}"
    return CODE_WORDS.get(result.code, f"código {result.code}")


def last_words(result: JobResult) -> str:
    """Return the last thing that a job said."""
    said = [line.strip() for line in result.tail.splitlines() if line.strip()]
    return said[-1] if said else "no dijo nada"
