"""Kill delivering processes at random instants, and hold what is promised against what happened."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.acceptance.mail_estate import CONNECTIONS, Estate, check, in_doubt, put_rows, record_digests
from tests.acceptance.mail_lives import ONCE, WELL, Nursery
from tests.acceptance.mail_server import MailServer

LONGEST = 0.06
"""Seconds that a deliverer lives at most from the stage at which death begins to lurk."""
STAGES = ("born", "ready", "ready", "ready", "sending", "sending", "sending", "sending")
"""Death lurks from its birth, from when it is about to deliver, or from its call to the server."""
PATIENCE = 0.5
"""Seconds after which it lurks anyway: there may be nothing to send."""


@dataclass(slots=True)
class Deaths:
    """Count what deaths left behind."""

    seed: int
    kills: int = 0
    sent: int = 0
    """Messages that the server had accepted when the last one died."""
    doubtful: dict[str, frozenset[str]] = field(default_factory=dict)
    """By journal: what had begun and had no end, so that nobody can tell whether it left."""

    @property
    def doubts(self) -> Counter[str]:
        """Count how often each delivery was in doubt."""
        return Counter(name for names in self.doubtful.values() for name in names)

    def note(self, estate: Estate) -> None:
        """Look at the journals that dead processes left."""
        left = in_doubt(estate)
        self.doubtful |= left
        assert max(map(len, left.values()), default=0) <= CONNECTIONS, (self.seed, left)

    def __str__(self) -> str:
        return f"seed={self.seed} kills={self.kills} sent={self.sent} in doubt={self.doubts.total()}"


def die_often(
    nursery: Nursery,
    server: MailServer,
    estate: Estate,
    *,
    seed: int,
    kills: int,
    rows: int,
    at_once: int = 1,
    later: float = 0,
) -> tuple[Deaths, Estate]:
    """Let deliverers die, `at_once` of them at a time, while rows come; the clock goes on by `later` a death.

    Returns what was counted, and the estate as it is seen from the time of the last death.
    """
    dice, deaths, put = random.Random(seed), Deaths(seed), 0
    while deaths.kills < kills:
        server.called.clear()
        born = [nursery.start(estate) for _ in range(at_once)]
        due = round(rows * (deaths.kills + 1) / kills)
        put_rows(estate, range(put + 1, due + 1))  # while the deliverers are at work
        put = max(put, due)
        _wait(nursery, server, dice.choice(STAGES), born)
        for pid in born:
            time.sleep(dice.random() * LONGEST)
            assert nursery.kill(pid), f"{deaths}: a deliverer ended by itself"
            deaths.kills += 1
        deaths.note(estate)
        estate = estate.later(later)
    put_rows(estate, range(put + 1, rows + 1))
    deaths.sent = server.accepted.total()
    return deaths, estate


def _wait(nursery: Nursery, server: MailServer, stage: str, born: list[int]) -> None:
    if stage != "born":
        for pid in born:
            nursery.wait_until_ready(pid)
    if stage == "sending":
        server.called.wait(PATIENCE)


def die_and_recover(
    nursery: Nursery, server: MailServer, estate: Estate, *, digests: int, rows: int, **how
) -> Deaths:
    """Die often, then deliver undisturbed, and check that every message left once, or may have left."""
    record_digests(estate, digests)
    deaths, estate = die_often(nursery, server, estate, rows=rows, **how)
    alone = how.get("at_once", 1) == 1
    recover_and_check(nursery, server, estate, deaths, digests=digests, rows=rows, alone=alone)
    return deaths


def recover_and_check(
    nursery: Nursery,
    server: MailServer,
    estate: Estate,
    deaths: Deaths,
    *,
    digests: int,
    rows: int,
    alone: bool = True,
) -> None:
    """Deliver undisturbed, and check that every message left once, or may have left.

    Where others are at work they may recover a journal before it can be looked at.
    """
    assert nursery.live(estate, 2 * ONCE) == WELL, str(deaths)
    counts = check(estate, server.accepted, digests, rows, str(deaths))
    twice = {name: times for name, times in server.accepted.items() if times > 1}
    assert not twice, (str(deaths), twice)
    assert counts["unknown"] == deaths.doubts.total() or not alone, (str(deaths), counts)
    assert counts["unknown"] >= deaths.doubts.total(), (str(deaths), counts)
    assert counts["unknown"] <= CONNECTIONS * deaths.kills, (str(deaths), counts)


def die_and_send_again(
    nursery: Nursery, server: MailServer, estate: Estate, *, digests: int, rows: int, **how
) -> Deaths:
    """Do the same where what is unknown is sent again: in the end, the server has everything."""
    record_digests(estate, digests)
    deaths, estate = die_often(nursery, server, estate, rows=rows, **how)
    assert nursery.live(estate, 2 * ONCE) == WELL, str(deaths)
    half_an_hour_later = estate.later(31 * 60)
    assert nursery.live(half_an_hour_later, 2 * ONCE) == WELL, str(deaths)
    counts = check(estate, server.accepted, digests, rows, str(deaths))
    assert counts == {"accepted": digests + rows}, (str(deaths), counts)
    doubts = deaths.doubts
    too_often = {name: n for name, n in server.accepted.items() if n > 1 + doubts[name]}
    assert not too_often, (str(deaths), too_often)
    return deaths
