import socket
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sereno.adapters.heartbeat import beat, failure_url, host_of
from sereno.adapters.memory import MemoryLog
from sereno.adapters.told_watchers import ToldWatchers

ENOUGH = 5.0


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


@contextmanager
def listening(code=200, headers=(), first_line=None):
    """Answer every request alike; yield the address and what was asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            if first_line is not None:
                self.wfile.write(first_line)
                return
            self.send_response(code)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def deaf():
    """Take connections and never answer; yield the address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/secreto"


def refused():
    """Return an address at which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/secreto"


def test_a_good_cycle_requests_the_address_and_a_bad_one_its_failure():
    with listening() as (url, asked):
        assert beat(f"{url}/ping/abc", failed=False, limit=ENOUGH) == ""
        assert beat(f"{url}/ping/abc", failed=True, limit=ENOUGH) == ""
    assert asked == ["/ping/abc", "/ping/abc/fail"]


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("https://hc.example.com/abc", "https://hc.example.com/abc/fail"),
        ("https://hc.example.com/abc/", "https://hc.example.com/abc/fail"),
        ("https://hc.example.com/abc?create=1", "https://hc.example.com/abc/fail?create=1"),
        ("https://hc.example.com/abc/?create=1", "https://hc.example.com/abc/fail?create=1"),
        ("http://hc.example.com:8000", "http://hc.example.com:8000/fail"),
    ],
)
def test_fail_stands_after_the_path_and_before_the_query(url, failure):
    assert failure_url(url) == failure


@pytest.mark.parametrize("code", [404, 500, 503])
def test_an_answer_that_is_an_error_is_told(code):
    with listening(code) as (url, _):
        assert beat(url, failed=False, limit=ENOUGH) == f"contestó {code}"


def test_nobody_at_the_address_is_told_and_never_raised():
    assert "refused" in beat(refused(), failed=False, limit=ENOUGH).lower()


def test_an_answer_that_is_no_http_is_told():
    with listening(first_line=b"hola\r\n\r\n") as (url, _):
        assert beat(url, failed=False, limit=ENOUGH) == "BadStatusLine"


def test_who_never_answers_holds_nobody_up():
    with deaf() as url:
        began = time.monotonic()
        assert beat(url, failed=False, limit=0.3) == "no contestó en 0.3 s"
        assert time.monotonic() - began < ENOUGH


def test_a_redirect_is_followed_within_http():
    with listening() as (target, asked), listening(302, [("Location", f"{target}/otra")]) as (url, _):
        assert beat(url, failed=False, limit=ENOUGH) == ""
    assert asked == ["/otra"]


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/hostname", "gopher://127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_not_followed(target):
    with listening(302, [("Location", target)]) as (url, _):
        assert beat(url, failed=False, limit=ENOUGH) != ""


def test_only_the_host_of_an_address_is_ever_named():
    assert host_of("https://hc.example.com:8443/secreto?clave=1") == "hc.example.com"


def told(url, *ends):
    """Tell a heartbeat how cycles ended, `good` or `bad`; return what was logged."""
    log = MemoryLog()
    watchers = ToldWatchers()
    watchers.learn(url, None, lambda: log)
    for each in ends:
        watchers.cycle_ended(failed=each == "bad")
    return [(event.level, event.name, event.fields) for event in log.events]


def test_a_heartbeat_that_fails_is_logged_once_by_its_host_alone():
    ((level, name, fields),) = told(refused(), "good", "bad", "good")
    assert (level, name, fields["host"]) == ("warning", "heartbeat.failed", "127.0.0.1")
    assert "secreto" not in str(fields)


def test_a_heartbeat_that_is_heard_says_how_each_cycle_ended():
    with listening() as (url, asked):
        assert told(f"{url}/abc", "good", "bad") == []
    assert asked == ["/abc", "/abc/fail"]


def test_nobody_is_told_where_nobody_watches():
    assert told(None, "good", "bad") == []
