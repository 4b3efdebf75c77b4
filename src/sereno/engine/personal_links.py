"""Which digests bring their reader a link to a page of his own, and whom a personal digest's rows name."""

from sereno.domain.directory import Directory, plain
from sereno.domain.findings import Blind
from sereno.domain.parcels import Parcel, join_people
from sereno.domain.personal import LASTS, Pass, normalised, signed
from sereno.domain.redaction import PERSONAL
from sereno.domain.rules import PEOPLE, DigestPlan
from sereno.engine.reader_ports import Named, Place
from sereno.engine.rounds import Round


def known_readers(directory: Directory | None) -> frozenset[str]:
    """Return the addresses that are somebody's: any other may be a list's, with many readers."""
    people = directory.people if directory else ()
    return frozenset(normalised(each.address) for each in people if each.active and each.address)


def link_for(parcel: Parcel, readers: frozenset[str], this: Round) -> str:
    """Write the link of a mail's only reader; empty where it has none.

    Its copies go out without it (`for_its_readers`). None is written on trial, where mail goes elsewhere, nor
    for whoever hears instead of those whom the mail concerns.
    """
    links = this.world.links
    if links is None or this.orders.trial or parcel.strayed or len(parcel.to) != 1:
        return ""
    address = normalised(parcel.to[0])
    if address not in readers:
        return ""
    kept = this.world.store.readers
    admission = Pass(address, kept.generation(address), this.today + LASTS)
    return f"{links.url}{PERSONAL}{signed(admission, kept.key(links.fresh_key()))}"


def whom_named(this: Round) -> dict[str, Named]:
    """Tell, by digest, whom the rows name that go to people of a query: the ledger knows owners alone.

    Of each such digest of the monitor, whichever is served: the ledger changes with every look. What could
    not be seen is left out; what was known before stays, and is older than the look.
    """
    if this.world.links is None:
        return {}
    found = ((plan.name, _named_in(plan, this)) for plan in this.monitor.digests)
    return {name: named for name, named in found if named is not None}


def _named_in(plan: DigestPlan, this: Round) -> Named | None:
    audience = this.orders.audience(plan)
    answer = this.look.people.get(audience.removeprefix(PEOPLE))
    if not audience.startswith(PEOPLE) or answer is None or isinstance(answer, Blind):
        return None
    told = {rule.id for rule in this.monitor.rules_of(plan)}
    if any(each.rule in told for each in this.look.blind):
        return None
    people, named = join_people(answer), dict[str, list[Place]]()
    for finding in this.look.findings:
        if finding.section in plan.sections:
            for name in filter(plain, people.of(finding)):
                named.setdefault(str(name), []).append((finding.rule, finding.track))
    return Named(this.started, named)
