"""A job let rest until a day, or no longer."""

from dataclasses import replace

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import Site
from sereno.commands.asked import day_of, operator
from sereno.commands.recording import done_by_command
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.pauses import Pause, check_pause

PAUSE_OVERTAKEN = "{job}: otra persona acaba de cambiar su pausa. Mire cómo está y repítalo."


def pause_job(job: str, until: str, reason: str) -> int:
    """Start a job no more until a day; it goes on by itself."""
    site = _site_with(job)
    now, day, why = site.clock.now(), day_of("--until", until), " ".join(reason.split())
    check_pause(day, why, now.date())
    with site.open_store() as store:
        last = store.logbook.pauses().get(job)
        with done_by_command(site, store, "job_paused", job, f"{day.isoformat()}: {why}"):
            if not store.logbook.pause_instead(Pause(job, day, operator(), why, now), last):
                raise SerenoError(PAUSE_OVERTAKEN.format(job=job))
    lost = "Los periodos que se cierren antes se pierden, y se avisa."
    site.terminal.say(f"{job}: en pausa; vuelve sola el {day:%d/%m/%Y}. {lost}")
    return 0


def resume_job(job: str) -> int:
    """Let a job go on before its day."""
    site = _site_with(job)
    with site.open_store() as store:
        pause = store.logbook.pauses().get(job)
        if pause is None or not pause.holds(site.clock.now().date()):
            site.terminal.say(f"{job}: no estaba en pausa.")
            return 0
        with done_by_command(site, store, "job_resumed", job):
            if not store.logbook.pause_instead(replace(pause, until=site.clock.now().date()), pause):
                raise SerenoError(PAUSE_OVERTAKEN.format(job=job))
    site.terminal.say(f"{job}: ya no está en pausa; el próximo ciclo la mira.")
    return 0


def _site_with(job: str) -> Site:
    site = open_site("check")
    names = [each.name for each in site.monitors]
    if job not in names:
        raise FaultyInput((Fault("tarea", job, f"una de {', '.join(names)}"),))
    return site
