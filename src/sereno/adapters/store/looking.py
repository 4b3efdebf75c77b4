"""How the resting master asks the store, by its bare driver, whether there is mail to see to."""

from sqlalchemy import Engine

from sereno.adapters.dialling import Dial, dial_of
from sereno.adapters.lookout import Look
from sereno.adapters.sqlite_files import file_address
from sereno.adapters.store import mail_schema as mail
from sereno.adapters.store import watch_schema as watch
from sereno.adapters.store.engine import store_file
from sereno.adapters.store.faults import PATIENCE_S
from sereno.adapters.store.schema import store_info
from sereno.domain.mail_policy import MailPolicy
from sereno.engine.logbook import Process

NAME = "el almacén"


def look_at_store(engine: Engine, policy: MailPolicy, me: Process) -> Look | None:
    """Say how the store is asked for mail: to be sent, being sent, waiting for its files, to be stamped.

    None where no bare driver can be told how to reach it.
    """
    dial = _dialled(engine)
    return None if dial is None else Look(NAME, *dial, _question(policy), _passing(me), _leaving(me))


def _question(policy: MailPolicy) -> str:
    each, body = mail.deliveries.name, mail.bodies.name
    trial = "trial" if policy.trial else "NOT trial"
    held = f"SELECT 1 FROM {store_info.name} WHERE mail_held_at IS NOT NULL"  # noqa: S608  # our own names
    reasons = [
        f"SELECT 1 FROM {each} WHERE {mail.WAITS} AND {trial} AND due_at <= {{now}} AND NOT EXISTS ({held})",  # noqa: S608
        f"SELECT 1 FROM {each} WHERE state = 'sending'",  # noqa: S608
        f"SELECT 1 FROM {each} JOIN {body} USING (message_id) WHERE state = 'held' AND data IS NULL",  # noqa: S608
        f"SELECT 1 FROM {mail.taken_in.name} WHERE {mail.DUE}",  # noqa: S608
    ]
    if policy.unknown == "retry":
        reasons.append(f"SELECT 1 FROM {each} WHERE state = 'unknown'")  # noqa: S608
    return "SELECT 1 WHERE " + " OR ".join(f"EXISTS ({reason})" for reason in reasons)


def _passing(me: Process) -> tuple[str, ...]:
    """Count a cycle, and let the lead last, where it is still ours."""
    return (
        f"UPDATE {watch.lease.name} SET until = {{until}} WHERE {_ours(me)}",  # noqa: S608
        f"UPDATE {store_info.name} SET cycles = cycles + 1",  # noqa: S608
    )


def _leaving(me: Process) -> tuple[str, ...]:
    return (f"DELETE FROM {watch.lease.name} WHERE {_ours(me)}",)  # noqa: S608


def _ours(me: Process) -> str:
    return f"pid = {me.pid} AND born = {me.born!r} AND boot = '{me.boot}'"


def _dialled(engine: Engine) -> Dial | None:
    path = store_file(engine.url)
    if path is not None:
        return "sqlite3", (file_address(path, "rw"),), {"uri": True, "timeout": PATIENCE_S}
    given = engine.url.query.get("options", "")
    return dial_of(engine, connect_timeout=10, options=f"{given} -c statement_timeout={1000 * PATIENCE_S}")
