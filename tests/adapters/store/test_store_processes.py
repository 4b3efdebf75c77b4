"""Processes that share one store."""

import signal

from tests.adapters.store.building import DAY, LEASE, NOW, OPEN, a_message, a_run, child, column
from tests.mailing import recover

from sereno.engine.records import JobResult


def test_processes_that_start_at_once_make_one_store(path, url):
    starting = [
        child(OPEN + "store.count_cycle(); store.close()", url, f"{NOW:%Y-%m-%d}T0{n}:00+00:00")
        for n in range(5)
    ]
    assert [process.communicate()[1] for process in starting] == [""] * 5
    assert column(path, "SELECT cycles FROM store_info") == [5]
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_are_blind_at_once_tell_it_once(store, url):
    tell = (
        "from sereno.domain.errors import AlreadyComplete\n"
        "from sereno.engine.ports import Run\n"
        "now = datetime.fromisoformat(sys.argv[2])\n"
        "run = Run(sys.argv[3], 'brass', 'diario', '2026-11-24', 'blind', now, now, 0, 1, '', sent=True)\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
        "try:\n"
        "    store.record(run, [])\n"
        "except AlreadyComplete as refused:\n"
        "    print(refused)\n"
        "store.close()"
    )
    telling = [child(OPEN + tell, url, str(NOW), f"r{n}") for n in range(2)]
    assert [process.stdout.readline() for process in telling] == ["ready\n"] * 2
    for process in telling:
        process.stdin.close()
    said = [process.stdout.read() for process in telling]
    for process in telling:
        process.wait()
        process.stdout.close()
        process.stderr.close()
    assert sorted(map(bool, said)) == [False, True]
    assert "ya envió el informe incompleto" in "".join(said)
    assert len(store.runs("brass", "diario", DAY.id)) == 1


def test_processes_that_claim_at_once_never_share_a_message(store, url):
    names = [f"m{number:03}" for number in range(60)]
    store.record(a_run(), [a_message(name) for name in names])
    drain = (
        "now = datetime.fromisoformat(sys.argv[2])\n"
        "while claimed := claim(store, 3, now, timedelta(minutes=10), trial=False):\n"
        "    print(*[delivery.id for delivery in claimed], sep='\\n')\n"
        "store.close()"
    )
    claiming = [child(OPEN + drain, url, str(NOW)) for _ in range(3)]
    claimed = [name for process in claiming for name in process.communicate()[0].split()]
    assert sorted(claimed) == names


def test_a_process_killed_while_sending_leaves_unknown_mail_and_says_why(store, path, url):
    store.record(a_run(), [a_message("m1"), a_message("m2")])
    claim = "claim(store, 1, datetime.fromisoformat(sys.argv[2]), timedelta(minutes=10), trial=False)\n"
    sending = child(OPEN + claim + "print('claimed', flush=True)\nsys.stdin.read()", url, str(NOW))
    assert sending.stdout.readline() == "claimed\n"
    sending.send_signal(signal.SIGKILL)
    sending.communicate()
    assert recover(store, NOW + LEASE) == 1
    assert (store.mail_summary(NOW).of("unknown"), len(store.pending())) == (1, 1)
    assert column(path, "SELECT answer FROM deliveries WHERE state = 'unknown'") == ["nadie contesta"]


def test_a_process_killed_while_recording_leaves_nothing(store, url):
    die = (
        "import os, signal\nfrom sqlalchemy import insert\nfrom sereno.adapters.store import schema\n"
        "from sereno.adapters.store.engine import writing\n"
        "with writing(store.engine) as connection:\n"
        "    now = datetime.fromisoformat(sys.argv[2])\n"
        "    ended = {'job': 'brass', 'started_at': now, 'ended_at': now}\n"
        "    connection.execute(insert(schema.job_results), ended | {'code': 0, 'tail': ''})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    child(OPEN + die, url, str(NOW)).communicate()
    assert store.job_results("brass", 9) == []
    store.record_job(JobResult("brass", NOW, NOW, 0, ""))
