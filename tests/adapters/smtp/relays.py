"""Debian's mail servers, started by root on a free port, their files in a temporary folder.

They hand everything on to a sink, and know nobody called NADIE. Postfix is installed as a package. Exim and
OpenSMTPD, which exclude it, are unpacked below UNPACKED; they know their users and folders by fixed names,
and so run in a mount namespace of their own, in which those exist.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from threading import Event

NADIE = "nadie@example.com"
UNPACKED = Path("/opt/relays")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:{UNPACKED}/usr/sbin"

POSTFIX = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.com
mydestination =
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ {nadie} = 550 5.1.1 nobody }} }},
  permit_mynetworks, reject
smtp_dns_support_level = disabled
default_transport = smtp:[127.0.0.1]:{sink}
"""
SERVICES = """127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
EXIM = """primary_hostname = relay.example.com
exim_path = {program}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
acl_smtp_rcpt = known
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_queue_per_connection = 0
keep_environment =
begin acl
known:
  deny recipients = {nadie}
       message = nobody
  accept
begin routers
sink:
  driver = manualroute
  transport = remote
  route_list = * 127.0.0.1
  self = send
begin transports
remote:
  driver = smtp
  port = {sink}
  allow_localhost
begin retry
* * F,1h,1m
"""
OPENSMTPD = """listen on 127.0.0.1 port {port}
action "sink" relay host smtp://127.0.0.1:{sink}
match from any for rcpt-to "{nadie}" reject
match from any for any action "sink"
"""
# Its own users, its own empty folders: nothing of the machine's is touched.
APART = """set -e
mount --make-rprivate /
mount --bind {folder}/passwd /etc/passwd
mount --bind {folder}/group /etc/group
for each in /var/spool /var/lib /run; do mount -t tmpfs none $each; done
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd
chmod 711 /var/spool/smtpd
exec "$@"
"""
USERS = {"Debian-exim": 64901, "opensmtpd": 64902, "opensmtpq": 64903}


def program_of(name):
    """Where a server's program is, if it can be started here."""
    able = sys.platform == "linux" and os.geteuid() == 0
    return shutil.which(name, path=_PATH) if able else None


@contextmanager
def postfix(program, sink):
    port = free_port()
    with folder() as path:
        etc = path / "etc"
        for each in (etc, path / "queue", path / "data"):
            each.mkdir()
        shutil.chown(path / "data", "postfix")
        (etc / "main.cf").write_text(POSTFIX.format(folder=path, sink=sink, nadie=NADIE))
        (etc / "master.cf").write_text(SERVICES.format(port=port))
        subprocess.run([program, "-c", etc, "start"], check=True, capture_output=True)
        try:
            yield ready(port)
        finally:
            subprocess.run([program, "-c", etc, "stop"], check=True, capture_output=True)


@contextmanager
def exim(program, sink):
    port = free_port()
    with folder() as path:
        write_users(path)
        for each in (path / "spool", path / "log"):
            each.mkdir()
            os.chown(each, USERS["Debian-exim"], USERS["Debian-exim"])
        configuration = path / "exim.conf"
        configuration.write_text(EXIM.format(folder=path, program=program, port=port, sink=sink, nadie=NADIE))
        with apart(path, program, "-C", configuration, "-bdf", "-q1m"):
            yield ready(port)


@contextmanager
def opensmtpd(program, sink):
    port = free_port()
    with folder() as path:
        write_users(path)
        configuration = path / "smtpd.conf"
        configuration.write_text(OPENSMTPD.format(port=port, sink=sink, nadie=NADIE))
        with apart(path, program, "-d", "-f", configuration):
            yield ready(port)


@contextmanager
def apart(path, *command):
    script = APART.format(folder=path)
    with (path / "out").open("wb") as out:
        process = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", script, "apart", *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def folder():
    """A folder that the servers' own users may enter."""
    with tempfile.TemporaryDirectory(prefix="sereno-relay-", ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def write_users(path):
    passwd = [f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin" for name, number in USERS.items()]
    group = [f"{name}:x:{number}:" for name, number in USERS.items()]
    for name, more in (("passwd", passwd), ("group", group)):
        (path / name).write_text(Path("/etc", name).read_text() + "\n".join(more) + "\n")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def ready(port):
    """The port, once somebody answers there."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            Event().wait(0.05)
        else:
            return port
    raise TimeoutError(f"nobody at port {port}")
