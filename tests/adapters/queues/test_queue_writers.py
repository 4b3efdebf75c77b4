"""Others write while we read and stamp: nothing is lost, nothing is stamped that was not asked for."""

import threading
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from tests.adapters.queues.building import MAIL, NOW, stamp_of

MAILS = 150


@contextmanager
def another_program(work):
    """Run it beside us; what stops it stops the test."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
    assert failed == []


def writer(place, statements):
    """Say these statements, each in a transaction of its own, over one connection."""
    patience = {"connect_args": {"timeout": 30}} if place.kind in {"sqlite", "odbc"} else {}
    engine = create_engine(place.engine.url, **patience)
    with engine.connect() as connection:
        for statement, values in statements:
            connection.execute(text(statement), values)
            connection.commit()
    engine.dispose()


def insertions(place, number: str, subjects):
    names = ", ".join(map(place.name, ["IDCorreo", *MAIL]))
    marks = ", ".join(f":{column}" for column in MAIL)
    statement = f"INSERT INTO {place.quoted} ({names}) SELECT {number}, {marks}"
    return ((statement, {**MAIL, "Asunto": subject}) for subject in subjects)


def next_number(place) -> str:
    key = place.name("IDCorreo")
    # In a table of its own: MariaDB does not read the table that it inserts into.
    return f"(SELECT COALESCE(MAX(n.m), 0) + 1 FROM (SELECT {key} AS m FROM {place.quoted}) n)"


def test_no_mail_is_lost_and_none_stamped_that_was_not_asked_for(bare):
    bare.create()
    queue, seen, asked = bare.open(timeout=30), {}, set()
    written = insertions(bare, next_number(bare), map(str, range(MAILS)))
    with another_program(lambda: writer(bare, written)) as program:
        last_look = False
        while not last_look:
            last_look = not program.is_alive()
            for page in queue.pending():
                seen.update((row.number, row) for row in page)
                wanted = {stamp_of(row) for row in page if row.number % 2}
                asked |= queue.stamp(wanted, NOW)
                assert wanted <= asked
    assert sorted(int(row.subject) for row in seen.values()) == list(range(MAILS))
    assert {number for number, at in bare.sent() if at} == {number for number in seen if number % 2}
    assert asked == {stamp_of(row) for row in seen.values() if row.number % 2}


def test_mail_that_takes_the_number_of_another_while_that_is_stamped_is_not_stamped(bare):
    bare.create()
    bare.put(*range(1, MAILS + 1), Asunto="Nuestro")
    queue = bare.open(timeout=30)
    ours = [row for page in queue.pending() for row in page]
    twins = (
        statement for number in range(1, MAILS + 1) for statement in insertions(bare, str(number), ["Ajeno"])
    )
    with another_program(lambda: writer(bare, twins)):
        for row in reversed(ours):
            queue.stamp([stamp_of(row)], NOW)
    key, subject, sent = map(bare.name, ("IDCorreo", "Asunto", "FechaEnvio"))
    foreign = bare.run(f"SELECT {key} FROM {bare.quoted} WHERE {subject} = 'Ajeno' AND {sent} IS NOT NULL")
    assert foreign == []
    assert bare.run(f"SELECT COUNT(*) FROM {bare.quoted} WHERE {subject} = 'Ajeno'") == [(MAILS,)]
