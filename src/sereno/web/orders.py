"""What the operating role may have done: each act is recorded first, and says where it led."""

from dataclasses import replace
from datetime import date

from starlette.responses import Response

from sereno.domain.access import Action
from sereno.domain.errors import Fault, FaultyInput, SerenoError
from sereno.domain.pauses import Pause, check_pause
from sereno.engine import mail_desk
from sereno.engine.errands import Kind
from sereno.engine.ports import Store
from sereno.engine.recording import recorded
from sereno.web import catalogue_operate as words
from sereno.web.acting import Order, led_to
from sereno.web.operating import last_start
from sereno.web.reading import Reading

LONGEST_REASON = 500


def run_job(reading: Reading, order: Order) -> Response:
    """Have a job's round made now."""
    return _errand(reading, order, "run", "job_started", force=order.of("forzar") == "1")


def rehearse_job(reading: Reading, order: Order) -> Response:
    """Have a job's round rehearsed, whatever it owes."""
    return _errand(reading, order, "rehearsal", "job_rehearsed", force=True)


def pause_job(reading: Reading, order: Order) -> Response:
    """Let a job rest until a day."""
    job, until, why, now = _job(reading, order), _day(order.of("hasta")), _reason(order), reading.now()
    check_pause(until, why, now.date())
    with reading.change() as store:
        last = _last_pause(store, job, order)
        with recorded(store, order.deed(reading, "job_paused", job, f"{until.isoformat()}: {why}")):
            pause = Pause(job, until, order.visitor.name, why, now)
            _first(done=store.logbook.pause_instead(pause, last))
    return led_to("operar", hecho="pausada")


def resume_job(reading: Reading, order: Order) -> Response:
    """Let a job go on."""
    job, today = _job(reading, order), reading.now().date()
    with reading.change() as store:
        pause = _last_pause(store, job, order)
        if pause is None or not pause.holds(today):
            raise SerenoError(words.OVERTAKEN)
        with recorded(store, order.deed(reading, "job_resumed", job)):
            _first(done=store.logbook.pause_instead(replace(pause, until=today), pause))
    return led_to("operar", hecho="reanudada")


def hold_mail(reading: Reading, order: Order) -> Response:
    """Let no mail leave."""
    why = _reason(order)
    with reading.change() as store:
        _first(done=store.desk.held() is None)
        with recorded(store, order.deed(reading, "mail_held", detail=why)):
            _first(done=store.desk.hold_mail(f"{order.visitor.name}: {why}", reading.now()))
    return led_to("operar", hecho="retenido")


def let_mail_go(reading: Reading, order: Order) -> Response:
    """Let mail leave again."""
    with reading.change() as store:
        hold = store.desk.held()
        if hold is None:
            raise SerenoError(words.OVERTAKEN)
        _still(hold.since.isoformat(), order)
        with recorded(store, order.deed(reading, "mail_let_go")):
            _first(done=store.desk.let_mail_go(hold))
    return led_to("operar", hecho="suelto")


def retry_mail(reading: Reading, order: Order) -> Response:
    """Return a delivery to the queue."""
    name = order.path["delivery"]
    with reading.change() as store, reading.mail_room(store) as office:
        _still(_state(store, name), order)
        with recorded(store, order.deed(reading, "mail_retried", name)):
            mail_desk.retry(name, None, office)
    return led_to("correo", name, hecho="reenviado")


def keep_mail_back(reading: Reading, order: Order) -> Response:
    """Keep one delivery from leaving."""
    name, why = order.path["delivery"], _reason(order)
    with reading.change() as store:
        _still(_state(store, name), order)
        with recorded(store, order.deed(reading, "mail_kept_back", name, why)):
            mail_desk.hold(name, f"{order.visitor.name}: {why}", store.desk, reading.now())
    return led_to("correo", name, hecho="apartado")


def drop_mail(reading: Reading, order: Order) -> Response:
    """Give a delivery up."""
    name, why = order.path["delivery"], _reason(order)
    with reading.change() as store:
        _still(_state(store, name), order)
        with recorded(store, order.deed(reading, "mail_dropped", name, why)):
            mail_desk.drop(name, why, store.desk, reading.now())
    return led_to("correo", name, hecho="descartado")


def _errand(reading: Reading, order: Order, kind: Kind, action: Action, *, force: bool) -> Response:
    job = _job(reading, order)
    missing = next(post.orders.unconfigured for post in reading.posts if post.monitor.name == job)
    if missing:
        raise SerenoError(words.UNSET.format(names=", ".join(missing)))
    with reading.change() as store:
        if force and kind == "run":  # somebody may have had it done since: everybody would hear of it twice
            _still(last_start(store.job_results(job, 1)), order)
        if any(each.job == job for each in store.logbook.running()) and kind == "run":
            raise SerenoError(words.WATCH_BUSY.format(job=job))
        with recorded(
            store, order.deed(reading, action, job, words.FORCED if force and kind == "run" else "")
        ):
            started = reading.errands.start(job, kind, order.visitor.name, force=force)
            if started is None:
                raise SerenoError(words.BUSY.format(job=job))
    return led_to("operar", "encargo", started.id)


def _job(reading: Reading, order: Order) -> str:
    job = order.path["job"]
    if job not in {post.monitor.name for post in reading.posts}:
        raise FaultyInput((Fault("tarea", job, ", ".join(post.monitor.name for post in reading.posts)),))
    return job


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FaultyInput((Fault(words.UNTIL, text or "nada", "una fecha AAAA-MM-DD"),)) from None


def _reason(order: Order) -> str:
    why = " ".join(order.of("motivo").split())
    if not why or len(why) > LONGEST_REASON:
        found = f"{len(why)} caracteres"
        raise FaultyInput(
            (Fault(words.WHY, found, f"{words.REASON_NEEDED}, hasta {LONGEST_REASON} caracteres"),)
        )
    return why


def _still(stands: str, order: Order) -> None:
    """Refuse what was decided of something that is no longer as the page showed it."""
    if order.of("visto") != stands:
        raise SerenoError(words.OVERTAKEN)


def _first(*, done: bool) -> None:
    """Refuse what somebody else did first, be it in the moment since it was looked at."""
    if not done:
        raise SerenoError(words.OVERTAKEN)


def _last_pause(store: Store, job: str, order: Order) -> Pause | None:
    pause = store.logbook.pauses().get(job)
    _still("" if pause is None else pause.since.isoformat(), order)
    return pause


def _state(store: Store, name: str) -> str:
    sheet = store.desk.sheet(name)
    if sheet is None:
        raise SerenoError(words.OVERTAKEN)
    return f"{sheet.line.state}/{sheet.line.attempts}"
