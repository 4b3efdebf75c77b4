"""One cycle in a process of its own: its order on standard input, its answer on a pipe."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sereno.bootstrap.opening import open_site
from sereno.bootstrap.site import MASTER, Site
from sereno.bootstrap.watching import all_looks, board, gather_master, left_to_rest, stop_with
from sereno.commands.announcing import announce
from sereno.domain.errors import FaultyInput, LeadHeld, SerenoError
from sereno.engine.daemon import run_cycle
from sereno.engine.handover import order_of, process_of, turned_words
from sereno.engine.master import State
from sereno.engine.own_cycles import turned

Answer = Callable[..., None]


def turn_cycle(descriptor: int) -> int:
    """Turn the cycle that is ordered, and answer on the descriptor; 1 where another master leads.

    Raises SettingsError where the settings are faulty and none were in force before.
    """
    words = json.load(sys.stdin)
    stop_with(process_of(words["master"]))
    with os.fdopen(descriptor, "w", encoding="utf-8") as answers:

        def answer(**told: Any) -> None:  # noqa: ANN401  # whatever JSON can say
            answers.write(json.dumps(told) + "\n")
            answers.flush()

        try:
            _turn(words, answer)
        except LeadHeld as error:
            answer(held=str(error))
            return 1
        except SerenoError as error:
            answer(died=str(error))
            raise
    return 0


def _turn(words: Mapping[str, Any], answer: Answer) -> None:
    order, me = order_of(words["order"]), process_of(words["master"])
    site, fault = _opened(words)
    site.stop.listen()
    site.stop.listen_for_orphanage()
    log = site.log(MASTER, echo=words["verbose"])
    if words["reload"]:
        announce(site, log)
    with site.open_store() as store:
        publish = board(site, store, log, me, _started_at(words, site))

        def show(state: State) -> None:
            answer(lives=True)
            publish(state)
            if state.phase == "resting":
                site.terminal.cycle(state, store.runs_since(state.started_at))
                if not site.stop.requested:
                    site.terminal.rest(state)

        looks = all_looks(site, store, me)
        answer(known=left_to_rest(site, looks, fault))  # now: what changes meanwhile is news afterwards
        master = gather_master(site, store, log, show, me, looks, verbose=words["verbose"])
        state = run_cycle(master, replace(order, settings_fault=fault))
        answer(turned=turned_words(turned(master, state)))


def _started_at(words: Mapping[str, Any], site: Site) -> datetime:
    """Return when the master started, by the site's clock."""
    machine = datetime.fromisoformat(words["started_at"]).astimezone(UTC)
    return (machine - site.behind).astimezone(site.settings.tz)


def _opened(words: Mapping[str, Any]) -> tuple[Site, str]:
    """Open the site by its file where that is to be read anew, else, or where it is faulty, by what holds."""
    kept = words["environment"]
    if kept is not None and not words["reload"]:
        return open_site("run", environ=kept), words["order"]["settings_fault"]
    try:
        return open_site("run"), ""
    except SerenoError as error:  # of the settings, or of a monitor that they name
        if kept is None:
            raise
        why = "; ".join(map(str, error.faults)) if isinstance(error, FaultyInput) else str(error)
        return open_site("run", environ=kept), f"Los ajustes nuevos no valen y siguen los de antes: {why}"
