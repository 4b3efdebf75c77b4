"""The real daemon lives through ten minutes of violence: nothing lost, doubled or leaked: pytest -m soak."""

import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from functools import partial

import pytest
from tests.acceptance.installation import Installation
from tests.acceptance.mail_server import mail_server
from tests.soak.daemon_chaos import Chaos, Relay

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(sys.platform != "linux", reason="SIGSTOP, /proc"),
]
SECONDS = 600
told = partial(print, file=sys.stderr)
MEGABYTE = 2**20


@pytest.mark.parametrize("seed", [1])
def test_ten_minutes_of_violence_lose_nothing_double_nothing_and_leak_nothing(tmp_path, seed):
    told(f"seed {seed}")
    site = Installation(tmp_path)
    site.make_demo()
    with mail_server(seed, 0.003) as server:
        chaos = Chaos(site, Relay(server.port), random.Random(seed))
        chaos.set_up()
        chaos.go_on(SECONDS)
        chaos.make_peace()
        wait_until_quiet(chaos)
        chaos.process.send_signal(signal.SIGTERM)
        assert chaos.process.wait(60) == 0
        told(f"done: {chaos.done}; rows: {chaos.rows}; masters: {len(chaos.seen)}")
        nothing_is_lost_or_doubled(chaos, server.accepted)
    nothing_is_left_running(chaos)
    nothing_has_grown(chaos)


def wait_until_quiet(chaos):
    """Let the daemon deliver what is left; what nobody knows stays so."""
    ends = time.monotonic() + 180
    waiting = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending', 'deferred')"
    while chaos.ask(waiting) != [(0,)] or chaos.ask("SELECT count(*) FROM taken_in") != [(chaos.rows,)]:
        assert time.monotonic() < ends, chaos.ask("SELECT state, count(*) FROM deliveries GROUP BY state")
        time.sleep(1)
        chaos.keep_running()


def nothing_is_lost_or_doubled(chaos, accepted):
    states = dict(chaos.ask("SELECT message_id, state FROM deliveries"))
    assert set(states.values()) <= {"accepted", "unknown"}, Counter(states.values())
    for message, state in states.items():
        assert accepted[message] <= 1, f"{message} was accepted twice"
        assert accepted[message] == 1 or state == "unknown", f"{message} is {state}, and nobody got it"
    with closing(sqlite3.connect(chaos.queue)) as database:
        stamped = {number for (number,) in database.execute(STAMPED)}
    sent = {number for (number,) in chaos.ask(SENT)}
    assert stamped == sent
    twice = chaos.ask(
        "SELECT monitor, digest, period, count(*) FROM runs WHERE state = 'complete' AND NOT forced"
        " GROUP BY 1, 2, 3 HAVING count(*) > 1"
    )
    assert twice == []


STAMPED = "SELECT IDCorreo FROM TbCorreosEnviados WHERE FechaEnvio IS NOT NULL"
SENT = "SELECT number FROM taken_in JOIN deliveries USING (message_id) WHERE state = 'accepted'"


def nothing_is_left_running(chaos):
    ends = time.monotonic() + 30
    while (left := chaos.ours()) and time.monotonic() < ends:
        time.sleep(0.5)
    assert left == [], [each.cmdline() for each in left]
    assert chaos.ask("SELECT * FROM running") == []
    assert chaos.ask("SELECT * FROM lease") == []


def nothing_has_grown(chaos):
    """Hold the longest life of a master against its own first half: by then all is loaded that ever is."""
    longest = max(chaos.seen.values(), key=len)
    samples = longest[len(longest) // 2 :]
    (began, *_), (ended, *_) = samples[0], samples[-1]
    hours = (ended - began) / 3600
    memory = [rss for _, rss, _ in samples]
    slope = (memory[-1] - memory[0]) / MEGABYTE / hours if hours else 0.0
    told(f"{len(samples)} looks in {hours * 60:.1f} min: {memory[-1] / MEGABYTE:.1f} MiB, {slope:+.1f} MiB/h")
    assert memory[-1] - memory[0] < 4 * MEGABYTE
    assert samples[-1][2] <= samples[0][2] + 1
