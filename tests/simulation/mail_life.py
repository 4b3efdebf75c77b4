"""A whole week of mail, and what must be true when it is over."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.simulation.mail_people import settle_in
from tests.simulation.mail_world import World


def lives(seed: int, store: Callable[[datetime], Any], files: Path, days: float = 7) -> World:
    """Live a week from a seed, let it heal, and hold what is left against the promises."""
    world = World(seed, store, files)
    settle_in(world, days)
    world.live(days)
    world.quieten()
    check_rest(world)
    return world


def check_rest(world: World) -> None:
    """Hold what is left after the quiet days against the promises."""
    truth = world.truth
    parts: dict[str, set[str]] = {}
    states: dict[str, set[str]] = {}
    for line in world.lines():
        parts.setdefault(line.message_id, set()).update(line.recipients)
        states.setdefault(line.message_id, set()).add(line.state)
        waits_for_trial = line.state in {"queued", "deferred"} and truth.trial.get(line.message_id)
        reason = waits_for_trial or truth.is_justified(world.store.desk.sheet(line.id))
        assert reason, f"without a reason: {line}"
    for name, everybody in truth.recipients.items():
        with suppress(KeyError):
            assert set(everybody) <= parts[name], f"{name}: somebody is lost"
    assert truth.digests <= parts.keys(), "a digest is lost"
    for queue in world.queues.values():
        for row, stamped_at in queue.held:
            name = f"{queue.origin}-{row.number:010d}-{row.fingerprint[:8]}"
            if stamped_at is None:
                assert name in parts, f"{name} was never taken in"
                done = "accepted" in states[name] and states[name] <= {"accepted", "dropped"}
                assert not done, f"{name} was accepted and is not stamped: {states[name]}"
