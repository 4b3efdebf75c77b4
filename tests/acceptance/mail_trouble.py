"""An estate of two hundred messages, delivered while something goes wrong."""

from tests.acceptance.mail_estate import check, opened, put_rows, record_digests

from sereno.engine.deliver import deliver

DIGESTS, ROWS = 120, 80


def filled(estate):
    """Queue digests, and insert rows."""
    record_digests(estate, DIGESTS)
    put_rows(estate, range(1, ROWS + 1))
    return estate


def deliver_once(estate, **changes):
    """Deliver in this process, with the real parts."""
    with opened(estate, **changes) as (office, store):
        return deliver(office, store)


def check_once(estate, server, *, unknown=0):
    """Check that everything left once, but for what nobody can tell."""
    counts = check(estate, server.accepted, DIGESTS, ROWS, "")
    assert counts["unknown"] <= unknown, counts
    assert server.accepted.most_common(1)[0][1] == 1


def at(number, do):
    """Do something once, when so many messages have been accepted; the client waits for it."""
    return lambda total: do() if total == number else None
