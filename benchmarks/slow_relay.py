"""A relay that takes its time: so long for each message, so long for each round trip.

    python slow_relay.py PORT --message 0.020 --trip 0.002

Each connection is served by a thread of its own: messages over one connection come after one another, those
of several side by side. What a client has sent ahead is answered together, a trip later, as over a long line.
"""

import argparse
import socketserver
import threading
import time

GREETING = b"220 relay ESMTP\r\n"
OFFER = b"250-relay\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
ANSWERS = {b"EHLO": OFFER, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
AT_ONCE = 262_144


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--message", type=float, default=0.020)
    parser.add_argument("--trip", type=float, default=0.002)
    options = parser.parse_args()

    class Talk(socketserver.BaseRequestHandler):
        """Serve one connection."""

        def handle(self) -> None:
            """Answer whatever has come, a trip after it was sent."""
            self.request.setsockopt(6, 1, 1)  # TCP_NODELAY
            time.sleep(options.trip)
            self.request.sendall(GREETING)
            transcript = Transcript()
            while data := self.request.recv(AT_ONCE):
                answers, messages = transcript.hear(data)
                if answers:
                    time.sleep(options.trip + messages * options.message)
                    self.request.sendall(answers)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", options.port), Talk)
    server.daemon_threads = True
    threading.current_thread().name = "relay"
    server.serve_forever()


class Transcript:
    """Follow what a client says."""

    def __init__(self) -> None:
        self._rest = b""
        self._content = False

    def hear(self, data: bytes) -> tuple[bytes, int]:
        """Return the answers that are due, and how many messages have come to their end."""
        self._rest += data
        answers, messages = b"", 0
        while True:
            if self._content:
                found = self._rest.find(b"\r\n.\r\n")
                if found < 0:
                    return answers, messages
                self._rest, self._content = self._rest[found + 5 :], False
                answers, messages = answers + b"250 taken\r\n", messages + 1
            else:
                line, end, rest = self._rest.partition(b"\r\n")
                if not end:
                    return answers, messages
                self._rest = rest
                verb = line[:4].upper()
                answers += ANSWERS.get(verb, b"250 ok\r\n")
                self._content = verb == b"DATA"


if __name__ == "__main__":
    main()
