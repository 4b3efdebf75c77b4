"""What others make of the same outbox: run by the interpreter of the environment in which they are installed.

    python mail_peers.py queue|send post_office|mailer DATABASE [--count N] [--port P] [--html]

DATABASE is an SQLite file or `postgresql://…`. Settings are Django's and theirs by default, DEBUG off.
`send` prints the seconds that it took and how many it sent, as JSON.
"""

import argparse
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import letters  # noqa: E402

PAGE = 1000


def main() -> None:
    """Fill an outbox, or drain it and tell how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["queue", "send"])
    parser.add_argument("peer", choices=["post_office", "mailer"])
    parser.add_argument("database")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--html", action="store_true")
    options = parser.parse_args()
    set_up(options.peer, options.database, options.port)
    if options.task == "queue":
        _call("migrate", verbosity=0)
        fill = _fill_post_office if options.peer == "post_office" else _fill_mailer
        fill(options.count, html=options.html)
        return
    start = time.perf_counter()
    _send(options.peer)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "accepted": _sent(options.peer)}))


def set_up(peer: str, database: str, port: int) -> None:
    """Configure Django for one of them."""
    _django("conf").settings.configure(
        DEBUG=False,
        SECRET_KEY="not secret",
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.contenttypes", peer],
        DATABASES={"default": _database(database)},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        DEFAULT_FROM_EMAIL=letters.SENDER,
    )
    importlib.import_module("django").setup()


def _django(name: str) -> Any:  # noqa: ANN401  Django is not installed where types are checked
    return importlib.import_module(f"django.{name}")


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme != "postgresql":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "USER": parts.username,
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname,
        "PORT": parts.port,
    }


def _call(command: str, **options: object) -> None:
    _django("core.management").call_command(command, **options)


def _fill_post_office(count: int, *, html: bool) -> None:
    models = importlib.import_module("post_office.models")
    for start in range(0, count, PAGE):
        rows = [
            models.Email(
                from_email=letters.SENDER,
                to=[letters.recipient(number)],
                subject=letters.subject(number),
                message=letters.plain_of(number) if html else letters.text(number),
                html_message=letters.document(number) if html else "",
                status=models.STATUS.queued,
                priority=models.PRIORITY.medium,
            )
            for number in range(start, min(start + PAGE, count))
        ]
        models.Email.objects.bulk_create(rows)


def _fill_mailer(count: int, *, html: bool) -> None:
    if html:
        raise SystemExit("only plain letters are measured with django-mailer")
    models, mail = importlib.import_module("mailer.models"), _django("core.mail")
    for start in range(0, count, PAGE):
        rows = []
        for number in range(start, min(start + PAGE, count)):
            row = models.Message(priority=models.PRIORITY_MEDIUM)
            row.email = mail.EmailMessage(
                letters.subject(number), letters.text(number), letters.SENDER, [letters.recipient(number)]
            )
            rows.append(row)
        models.Message.objects.bulk_create(rows)


def _send(peer: str) -> None:
    if peer == "post_office":
        _call("send_queued_mail")
    else:
        importlib.import_module("mailer.engine").send_all()


def _sent(peer: str) -> int:
    if peer == "post_office":
        models = importlib.import_module("post_office.models")
        return int(models.Email.objects.filter(status=models.STATUS.sent).count())
    models = importlib.import_module("mailer.models")
    return int(models.MessageLog.objects.filter(result=models.RESULT_SUCCESS).count())


if __name__ == "__main__":
    main()
