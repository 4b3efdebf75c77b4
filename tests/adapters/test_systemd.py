import socket
import sys
import uuid
from contextlib import closing, contextmanager

import pytest

from sereno.adapters.systemd import ServiceManager
from sereno.adapters.told_watchers import ToldWatchers
from sereno.settings import notify_socket

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd listens on a Unix socket")


@contextmanager
def listening(name):
    """Listen as systemd does; yield what hears the next datagram."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as server:
        server.bind(name)
        server.settimeout(5)
        yield lambda: server.recv(4096).decode()


def test_what_is_told_reaches_the_socket_that_systemd_names(tmp_path):
    address = str(tmp_path / "notify")
    with listening(address) as hear:
        ServiceManager(address).notify("READY=1\nSTATUS=Año nuevo")
        assert hear() == "READY=1\nSTATUS=Año nuevo"


@pytest.mark.skipif(sys.platform != "linux", reason="names without a file are Linux's")
def test_a_socket_without_a_file_is_reached_too():
    name = f"sereno-{uuid.uuid4().hex}"
    with listening(f"\0{name}") as hear:
        ServiceManager(f"@{name}").notify("WATCHDOG=1")
        assert hear() == "WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "", "/nowhere/notify", "vsock:2:1", "x" * 500])
def test_nobody_listening_is_nobodys_trouble(address):
    ServiceManager(address).notify("READY=1")


def test_a_listener_that_does_not_read_holds_nobody_up(tmp_path):
    address = str(tmp_path / "notify")
    with listening(address):
        for _ in range(2_000):
            ServiceManager(address).notify("WATCHDOG=1" * 100)


def test_the_life_of_a_master_is_told_in_the_words_of_systemd(tmp_path):
    address = str(tmp_path / "notify")
    watchers = ToldWatchers()
    with listening(address) as hear:
        watchers.learn(None, address)
        watchers.ready()
        watchers.alive()
        for failed in (False, True):
            watchers.cycle_ended(failed=failed)
            watchers.alive()
        watchers.stopping()
        assert [hear() for _ in range(5)] == [
            "READY=1",
            "WATCHDOG=1",
            "WATCHDOG=1\nSTATUS=El último ciclo acabó bien",
            "WATCHDOG=1\nSTATUS=El último ciclo acabó mal",
            "STOPPING=1\nSTATUS=Se detiene",
        ]


@pytest.mark.parametrize(("value", "address"), [("/run/notify", "/run/notify"), ("", None)])
def test_the_environment_names_the_socket(monkeypatch, value, address):
    monkeypatch.setenv("NOTIFY_SOCKET", value)
    assert notify_socket() == address
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert notify_socket() is None
