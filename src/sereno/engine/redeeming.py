"""Whether a code that somebody gives is good: decided once, for every store."""

from datetime import datetime
from hmac import compare_digest

from sereno.domain.personal import CODE_LASTS, CODE_WAITS, MOST_TRIES
from sereno.domain.wallclock import utc
from sereno.engine.reader_ports import Redeemed, Request


def judge_code(request: Request, proof: str, accepted_at: datetime | None, now: datetime) -> Redeemed:
    """Judge a try that is counted already.

    `accepted_at` is when a relay took the mail with the code; until then nobody can know it.
    """
    if request.used_at is not None:
        return "used"
    if request.tries > MOST_TRIES:
        return "spent"
    asked, at = utc(request.asked_at), utc(now)
    late = accepted_at is not None and at > utc(accepted_at) + CODE_LASTS
    if late or not asked <= at <= asked + CODE_WAITS:
        return "expired"
    return "done" if compare_digest(request.proof, proof) else "wrong"
