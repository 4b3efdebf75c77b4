"""What one digest has to say this time, and to whom: chosen from a look, the ledger and the directory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from sereno.domain.calendar import working_days_between
from sereno.domain.digest import Figure
from sereno.domain.directory import Directory, audience
from sereno.domain.errors import NotConfigured
from sereno.domain.findings import Blind, Datum, Finding
from sereno.domain.history import CHARTS
from sereno.domain.ledger import Entry, is_escalated, is_snoozed, mark
from sereno.domain.parcels import (
    AddressBook,
    Item,
    Parcel,
    Post,
    deal,
    deal_without_directory,
    is_personal,
    join_people,
    needs_directory,
)
from sereno.domain.refusals import REFUSAL_LASTS, without_refused
from sereno.domain.rules import PEOPLE, Rule
from sereno.domain.writing import Page, planned_sections
from sereno.engine.look import BLINDING
from sereno.engine.personal_links import known_readers
from sereno.engine.records import Run
from sereno.engine.rounds import Round

DOUBTS_KEPT = 1000
"""Data to correct that a run remembers, to tell what is new; one bad column can hold a hundred thousand."""
COMPARED = "Comparación con el periodo anterior"


@dataclass(frozen=True, slots=True)
class Briefing:
    """Hold what a digest says, before anything is composed."""

    parcels: tuple[Parcel, ...]
    page: Page
    blind: tuple[str, ...]
    """Why it cannot say all that it should; empty when it can."""
    found: tuple[Finding, ...]
    """What its sections found, told this time or not."""
    readers: frozenset[str]
    """The addresses of the directory's people, where it was read."""


@dataclass(frozen=True, slots=True)
class _People:
    """Hold the directory, or why there is none."""

    directory: Directory | None
    warning: str = ""
    blind: str = ""
    """Why it could not be read; empty where it could, or is not configured, or not needed."""


def brief(this: Round) -> Briefing:
    """Choose what the digest tells, deal it out, and gather what stands above it."""
    rules = {rule.id: rule for rule, _, _ in planned_sections(this.monitor, this.plan)}
    found = tuple(each for each in this.look.findings if each.section in this.plan.sections)
    refused = this.world.store.refused_addresses(this.started - REFUSAL_LASTS)
    people = _people(this, refused)
    blind = _blindness(this, rules)
    items = _items(this, rules, found)
    page = Page(
        monitor=this.monitor,
        plan=this.plan,
        day=this.today,
        settings=this.orders.thresholds,
        first=_is_first(this),
        blind=blind,
        figures_title=_figures_title(this),
        figures=(*_figures(this), *_comparison(this, found)),
        charts=tuple(CHARTS[name](_charted(this, name, rules), this.today) for name in this.plan.charts),
        found=Counter(finding.section for finding in found),
        doubts_left_out=this.look.data_errors_left_out,
        rows_shown=this.orders.rows_shown,
        sheet_from=this.orders.sheet_from,
    )
    unseen = tuple(filter(None, (*(each.why for each in blind), people.blind)))
    parcels = _parcels(this, items, people, refused, page, unseen=bool(unseen))
    if not page.first:
        parcels = [_escalated(parcel, this, rules, people) for parcel in parcels]
    return Briefing(tuple(parcels), page, unseen, found, known_readers(people.directory))


def _people(this: Round, refused: frozenset[str]) -> _People:
    if not needs_directory(this.orders.audience(this.plan), this.plan):
        return _People(None)
    try:
        return _People(without_refused(this.world.registers.directory(), refused))
    except NotConfigured as error:
        return _People(None, f"Sin destinatario: {error}")
    except BLINDING as error:
        why = f"No se ha podido leer el directorio de personas: {error}"
        return _People(None, why, why)


def _blindness(this: Round, rules: Mapping[str, Rule]) -> tuple[Blind, ...]:
    """List what the digest relies on and could not see: its rules, every check, its people, its figures."""
    relied = {this.orders.audience(this.plan).removeprefix(PEOPLE), this.plan.group_by, *this.plan.figures}
    if this.plan.cc:
        relied.add(this.plan.cc.people)
    answers = {**this.look.people, **this.look.figures}
    others = [answer for name, answer in answers.items() if name in relied and isinstance(answer, Blind)]
    of_others = {rule.id for rule in this.monitor.rules} - rules.keys()
    return (*(blind for blind in this.look.blind if blind.rule not in of_others), *others)


def _items(this: Round, rules: Mapping[str, Rule], found: Sequence[Finding]) -> list[Item]:
    """Choose what is told now; what was put off comes along, marked as such."""
    count = cache(partial(working_days_between, this.world.calendar))
    ladder = this.orders.repeat if this.plan.repeat and this.orders.repeat else this.plan.repeat
    plan, resumed = replace(this.plan, repeat=ladder), _is_resumed(this)
    items = []
    for finding in found:
        entry = this.ledger[finding.rule, finding.track]
        said = mark(entry, finding, rules[finding.rule], plan, this.today, count)
        item = Item(finding, entry, said, snoozed=is_snoozed(entry, finding, this.today))
        known = plan.tell == "once_per_band" and said == "known"
        if item.snoozed or not (known or (resumed and _told_in(item, this))):
            items.append(item)
    return items


def _is_resumed(this: Round) -> bool:
    """Tell whether only what was missing is sent now.

    A report that is always sent is a whole, and is sent whole again.
    """
    return _was_incomplete(this) and not this.forced and not this.plan.always_sent


def _was_incomplete(this: Round) -> bool:
    """Tell whether the period's digest was sent already, with something missing."""
    return any(run.sent and not run.forced and run.state != "complete" for run in this.runs)


def _told_in(item: Item, this: Round) -> bool:
    """Tell whether the period's incomplete digest has told it already."""
    return any(telling.period == this.period for telling in item.entry.told_by(this.plan.name))


def _parcels(
    this: Round,
    items: Sequence[Item],
    people: _People,
    refused: frozenset[str],
    page: Page,
    *,
    unseen: bool,
) -> list[Parcel]:
    doubts = (*this.look.doubts, *(people.directory.doubts if people.directory else ()))
    news = _new_doubts(doubts, this)
    doubts = tuple(sorted(doubts, key=lambda doubt: doubt not in news))  # only the first are shown
    post = Post(
        monitor=this.monitor,
        plan=this.plan,
        to=this.orders.audience(this.plan),
        directory=people.directory,
        book=AddressBook(people.directory),
        people={name: join_people(answer) for name, answer in this.look.people.items()},
        operators=this.orders.operators,
        first=page.first,
        unnamed=_unnamed(this),
        refused=refused,
    )
    shown = doubts if news or not is_personal(post.to) else ()
    if people.warning:
        parcels = [deal_without_directory(items, shown, people.warning, post)]
    else:
        parcels = deal(items, shown, post, always=unseen)
    worth = unseen or bool(news) or this.plan.always_sent
    return [
        parcel
        for parcel in parcels
        if parcel.items or worth or (parcel.strayed and parcel.warnings and items)
    ]


def _unnamed(this: Round) -> str:
    answer = this.look.people.get(this.orders.audience(this.plan).removeprefix(PEOPLE))
    if isinstance(answer, Blind):
        return "no se ha podido leer a quién corresponde"
    return "nadie figura como responsable"


def _new_doubts(doubts: Sequence[Datum], this: Round) -> set[Datum]:
    """Pick the data to correct that no digest could show before: data alone make a mail only then."""
    sent = [run for run in this.runs if run.sent and run.trial == this.orders.trial]
    last = this.world.store.last_run(this.monitor.name, this.plan.name, state="complete")
    previous = [*sent, *([last] if last and last.trial == this.orders.trial else [])]
    return set(doubts[:DOUBTS_KEPT]).difference(*(run.data_errors for run in previous))


def _escalated(parcel: Parcel, this: Round, rules: Mapping[str, Rule], people: _People) -> Parcel:
    """Copy whom a rule says once a finding has been overdue for too long."""
    count = partial(working_days_between, this.world.calendar)
    roles = {
        rule.escalate_to
        for item in parcel.items
        if (rule := rules[item.finding.rule]).escalate_to
        and is_escalated(item.finding, rule, this.orders.thresholds, this.today, count)
    }
    if not roles or people.directory is None:
        return parcel
    found = [
        audience(people.directory, role, this.monitor.application_id) for role in sorted(filter(None, roles))
    ]
    return replace(
        parcel, cc=tuple(dict.fromkeys((*parcel.cc, *(a for each in found for a in each.addresses))))
    )


def _is_first(this: Round) -> bool:
    """Tell whether nothing was told before; the digest that completes a first one is still the first."""
    periods = {
        telling.period
        for entry in this.ledger.values()
        for telling in entry.tellings
        if telling.digest == this.plan.name
    }
    return not periods or (periods == {this.period} and _was_incomplete(this))


def _charted(this: Round, chart: str, rules: Mapping[str, Rule]) -> list[Entry]:
    counted = (this.plan.overdue_rules if chart == "overdue" else ()) or tuple(rules)
    return [entry for (rule, _), entry in this.ledger.items() if rule in counted]


def _figures_title(this: Round) -> str:
    return " · ".join(this.monitor.queries[name].sentence for name in this.plan.figures) or (
        COMPARED if this.plan.compare_previous else ""
    )


def _figures(this: Round) -> list[Figure]:
    answers = (this.look.figures[name] for name in this.plan.figures)
    return [
        Figure(str(row["label"]), int(row["now"] or 0), int(row["before"] or 0))
        for answer in answers
        if not isinstance(answer, Blind)
        for row in answer
    ]


def _comparison(this: Round, found: Sequence[Finding]) -> list[Figure]:
    """Set each section's count beside that of the digest's run before."""
    if not this.plan.compare_previous:
        return []
    previous = _run_before(this)
    counts = Counter(finding.section for finding in found)
    return [
        Figure(
            title.format_map(this.orders.thresholds),
            counts[name],
            previous.counts.get(name, 0) if previous else None,
        )
        for _, name, title in planned_sections(this.monitor, this.plan)
    ]


def _run_before(this: Round) -> Run | None:
    """Return the run that satisfied the latest period before this one."""
    store, names = this.world.store, (this.monitor.name, this.plan.name)
    before = next((period for period in store.completed_periods(*names, 2) if period != this.period), None)
    runs = [run for run in store.runs(*names, before) if not run.forced] if before else []
    return next((run for run in runs if run.state == "complete" and not run.trial), None)
