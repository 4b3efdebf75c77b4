"""Whether all is well, in one sentence: the same for the console, `sereno status` and the week's overview."""

from collections.abc import Container, Iterator, Sequence, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta

from sereno.domain.wallclock import utc
from sereno.engine.agenda import Post
from sereno.engine.logbook import Missed
from sereno.engine.ports import Store
from sereno.engine.records import IMPORTED

LATELY = timedelta(days=7)
"""For how long a missed period keeps all from being in order."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Hold what needs nobody now, and yet keeps all from being in order."""

    watched: tuple[str, ...]
    """The monitors that somebody looks with."""
    unwatched: tuple[str, ...]
    """Those that are paused, or not configured."""
    unseen: tuple[str, ...] = ()
    """The watched digests without any round."""
    missed: tuple[Missed, ...] = ()
    """The periods noted lately to have ended unserved."""
    digests: int = 0
    """How many are watched."""

    @property
    def none(self) -> bool:
        """Say whether everything is watched, was seen, and was served."""
        return not (self.unwatched or self.unseen or self.missed)

    def notes(self) -> Iterator[str]:
        """Name what the sentence counts."""
        if self.missed:
            which = ", ".join(f"{each.monitor}/{each.digest} {each.period}" for each in self.missed)
            yield f"Se cerraron sin servir en los últimos {LATELY.days} días: {which}."
        if self.unseen:
            yield f"Aún sin ninguna ronda: {', '.join(self.unseen)}. De lo suyo no se sabe nada."


def gaps(posts: Sequence[Post], store: Store | None, paused: Container[str], now: datetime) -> Gaps:
    """Gather what is not watched, was never seen, or was missed; without a store, what can be told."""
    names = [post.monitor.name for post in posts]
    watched = [post for post in posts if not (post.orders.unconfigured or post.monitor.name in paused)]
    here = tuple(post.monitor.name for post in watched)
    away = tuple(name for name in names if name not in here)
    if store is None:
        return Gaps(here, away)
    missed = store.logbook.missed((utc(now) - LATELY).astimezone(now.tzinfo))
    digests = sum(len(post.monitor.digests) for post in watched)
    return Gaps(here, away, tuple(_unseen(watched, store)), tuple(missed), digests)


def verdict(needs: int, found: Gaps) -> str:
    """Say whether all is well, without a full stop; `needs` counts what needs a person."""
    unserved = _count(
        found.missed,
        f"un periodo sin servir en los últimos {LATELY.days} días",
        f"{{}} periodos sin servir en los últimos {LATELY.days} días",
    )
    if needs:
        person = "una cosa necesita" if needs == 1 else f"{needs} cosas necesitan"
        return f"NO está en orden: {' y hay '.join([f'{person} a una persona', *unserved])}"
    unseen = _count(found.unseen, "un informe aún sin ninguna ronda", "{} informes aún sin ninguna ronda")
    unwatched = [f"sin vigilar {', '.join(found.unwatched)}"] if found.unwatched else []
    if unserved:
        return f"No todo está en orden: {', '.join([*unserved, *unseen, *unwatched])}"
    if unseen:
        nothing = len(found.unseen) == found.digests
        seen = "Aún no se ha visto nada" if nothing else "En orden lo que se ha visto, que no es todo"
        return f"{seen}: {', '.join([*unseen, *unwatched])}"
    if unwatched:
        return f"En orden lo que se vigila, que no es todo: {', '.join(found.watched) or 'el correo'}"
    return "En orden"


def _count(things: Sized, one: str, many: str) -> list[str]:
    return [one if len(things) == 1 else many.format(len(things))] if len(things) else []


def _unseen(watched: Sequence[Post], store: Store) -> Iterator[str]:
    """Name the digests of which nothing was ever looked for: what was taken over is no look."""
    for post in watched:
        for plan in post.monitor.digests:
            last = store.last_run(post.monitor.name, plan.name)
            if last is None or last.period == IMPORTED:
                yield f"{post.monitor.name}/{plan.name}"
