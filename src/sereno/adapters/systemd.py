"""What systemd is told of a service (sd_notify(3)): a datagram to the socket that it names."""

import socket

READY = "READY=1"
WATCHDOG = "WATCHDOG=1"
STOPPING = "STOPPING=1"


def notify(address: str, words: str) -> None:
    """Send words to systemd's socket; a name that begins with `@` is an abstract one."""
    name = f"\0{address[1:]}" if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(1)
            sender.sendto(words.encode(), name)
    except (OSError, AttributeError):  # it has gone, or this is no Unix: nobody is there to be told
        return
