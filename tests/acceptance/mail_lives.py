"""Processes that deliver mail and are killed: forked from one that has imported all and opened nothing."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.acceptance.mail_estate import Estate, an_estate, opened, put_rows, record_digests
from tests.acceptance.mail_mines import mined
from tests.acceptance.mail_server import mail_server

from sereno.domain.errors import SerenoError
from sereno.engine.deliver import deliver

ROOT = Path(__file__).parents[2]
WELL, TROUBLED, BROKEN = 0, 3, 4
"""How a life ends that nobody ends: well, by an error that has its sentence, by any other."""
SCRIPT = "from tests.acceptance.mail_lives import bear; bear()"
ONCE, FOR_EVER = 1, 0


@dataclass(frozen=True, slots=True)
class Nursery:
    """Start deliverers; each is our child's child, and is ours to kill."""

    process: subprocess.Popen
    told: set[str] = field(default_factory=set)
    """What deliverers have told of themselves: `ready PID`, `gone PID`."""

    def start(self, estate: Estate, times: int = FOR_EVER, largest: int = 0, dies_at: int = 0) -> int:
        """Start a deliverer; return its process id, which stays its own until it is reaped.

        It delivers so many times, or for ever, can write no file larger than `largest` bytes, and dies at
        that step, where it gets there.
        """
        life = {"times": times, "largest": largest, "dies_at": dies_at}
        return int(self._order({"estate": asdict(estate), **life}))

    def reap(self, pid: int) -> int:
        """Wait for the deliverer's end; return its code, or the signal below zero."""
        return os.waitstatus_to_exitcode(int(self._order({"reap": pid})))

    def wait_until_ready(self, pid: int) -> None:
        """Wait until a deliverer is about to deliver."""
        while f"ready {pid}" not in self.told:
            assert f"gone {pid}" not in self.told, "it ended before it delivered"
            self.told.add(self._hear())

    def kill(self, pid: int) -> bool:
        """Kill a deliverer; tell whether that was its end."""
        os.kill(pid, signal.SIGKILL)
        return self.reap(pid) == -signal.SIGKILL

    def live(self, estate: Estate, times: int = ONCE, largest: int = 0, dies_at: int = 0) -> int:
        """Let a deliverer live to its end."""
        return self.reap(self.start(estate, times, largest, dies_at))

    def warm_up(self, estate: Estate) -> None:
        """Have the nursery itself deliver, so that no child has to import anything."""
        assert self._order({"warm": asdict(estate)}) == str(WELL)

    def _order(self, order: dict[str, object]) -> str:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        while (answer := self._hear()).startswith(("ready", "gone")):
            self.told.add(answer)
        return answer

    def _hear(self) -> str:
        line = self.process.stdout.readline()
        assert line, "the nursery has died"
        return line.rstrip("\n")


@contextmanager
def a_nursery() -> Iterator[Nursery]:
    """Run a nursery that has delivered once, elsewhere; its end is the end of its input."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with process:
        nursery = Nursery(process)
        with tempfile.TemporaryDirectory() as folder, mail_server() as server:
            nursery.warm_up(_with_mail(Path(folder), server.port))
        yield nursery


def bear() -> None:
    """Obey orders, one a line, until there are no more: bear a child, bury one, or warm up."""
    alive: set[int] = set()
    for line in sys.stdin:
        _say(str(_obey(json.loads(line), alive)))
    for pid in alive:  # whoever gave the orders has failed, or is gone
        os.kill(pid, signal.SIGKILL)


def _obey(order: dict, alive: set[int]) -> int:
    if "warm" in order:
        return _live(Estate(**order["warm"]), ONCE)
    if "reap" in order:
        pid, status = os.waitpid(order["reap"], 0)
        alive.discard(pid)
        return status
    pid = _fork(order)
    alive.add(pid)
    return pid


def _with_mail(folder: Path, port: int) -> Estate:
    estate = an_estate(folder, port)
    record_digests(estate, 1)
    put_rows(estate, [1])
    return estate


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # in one piece: parent and children share it


def _fork(order: dict) -> int:
    if pid := os.fork():
        return pid
    code = BROKEN
    try:
        with _telling():
            code = _live(Estate(**order.pop("estate")), **order)
    finally:
        _say(f"gone {os.getpid()}")
        os._exit(code)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except BaseException:  # told here: the process ends without the interpreter's own farewell
        traceback.print_exc()
        raise


def _live(estate: Estate, times: int, largest: int = 0, dies_at: int = 0) -> int:
    try:
        with opened(estate) as (office, store):
            if largest:
                _allow_no_file_beyond(largest)
            at_work = mined(office, dies_at) if dies_at else office
            _say(f"ready {os.getpid()}")
            while True:
                deliver(at_work, store)
                times -= 1
                if not times:
                    return WELL
                time.sleep(0.001)
    except SerenoError:
        return TROUBLED


def _allow_no_file_beyond(size: int) -> None:
    import resource  # noqa: PLC0415  there is none on Windows

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
