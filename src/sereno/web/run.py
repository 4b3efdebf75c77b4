"""One round: how each of its rules fared, what it found and sent, and what changed since the one before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from sereno.engine.agenda import Post
from sereno.engine.mail_records import MailLine
from sereno.engine.ports import Store
from sereno.engine.records import JobResult, Run
from sereno.engine.traces import Change, Looked, Move, Trace, joined
from sereno.web.catalogue_pages import LOOK_LISTED, LOOK_ROWS
from sereno.web.sections import section_titles
from sereno.web.words import number, took

CHANGES_SHOWN = 100
"""Of each kind of change; the others are counted."""


@dataclass(frozen=True, slots=True)
class Count:
    """Tell how much a section held."""

    section: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class ShownLook:
    """Show how a query fared, by the title that readers know."""

    looked: Looked
    title: str
    """Empty for what is no rule."""
    listed: int | None = None
    """How many of its rows stand in sections of the digest; `None` for what has none there."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Show what changed since the last complete round of the digest."""

    since: Run | None
    """`None` where there was none before."""
    kinds: Mapping[Change, Sequence[Move]]
    unlisted: int
    """How many more changes are known by their number alone; of any digest of the monitor."""
    untraced: int
    """Of how many rounds in between it is not known what they changed."""


@dataclass(frozen=True, slots=True)
class Told:
    """Show a round with all that is known of it."""

    run: Run
    counts: tuple[Count, ...]
    mail: Sequence[MailLine]
    result: JobResult | None
    """How its job ended; `None` where that is no longer kept, or it has not ended."""
    trace: Trace | None
    """`None` for a round of which none was kept."""
    looks: Sequence[ShownLook]
    changes: Changes | None

    @property
    def fetched(self) -> str:
        """Tell how long reading each register took."""
        trace = self.trace.fetched if self.trace else ()
        return ", ".join(f"{each.register} {took(each.seconds)}" for each in trace)

    @property
    def blind(self) -> bool:
        """Tell whether a query was blind."""
        return any(each.looked.rows is None for each in self.looks)


def tell_run(
    run: Run, mail: Sequence[MailLine], post: Post, results: Sequence[JobResult], store: Store
) -> Told:
    """Gather what is known of a round; `results` are its job's."""
    trace = store.traces.of(run.id)
    made = (each for each in reversed(results) if each.spans(run))
    titles = section_titles(post)
    listed = _listed(run, post)
    looks = [
        ShownLook(each, titles.get(each.name, ""), listed.get(each.name))
        for each in (trace.looks if trace else ())
    ]
    changes = None if trace is None else _changes(run, post, store)
    return Told(run, tuple(_counts(run, post)), mail, next(made, None), trace, looks, changes)


def _counts(run: Run, post: Post) -> Iterator[Count]:
    """Tell the counts in the order of the digest's sections; those that it no longer has come last."""
    titles = section_titles(post)
    order = [*(each for each in _sections(run, post) if each in run.counts), *run.counts]
    return (Count(each, titles.get(each, each), run.counts[each]) for each in dict.fromkeys(order))


def _listed(run: Run, post: Post) -> Mapping[str, int]:
    """Count what each rule has in the lists of the round's digest, where it has sections there."""
    shown = frozenset(_sections(run, post))
    return {
        rule.id: sum(run.counts.get(each, 0) for each in rule.sections if each in shown)
        for rule in post.monitor.rules
        if shown.intersection(rule.sections)
    }


def rows_and_listed(shown: ShownLook) -> str:
    """Say how many rows a query gave, and how many of them stand in the digest's lists."""
    rows = shown.looked.rows or 0
    told = LOOK_ROWS[rows != 1].format(number=number(rows))
    return told if shown.listed is None else LOOK_LISTED.format(rows=told, number=number(shown.listed))


def _sections(run: Run, post: Post) -> Sequence[str]:
    return next(plan.sections for plan in post.monitor.digests if plan.name == run.digest)


def _changes(run: Run, post: Post, store: Store) -> Changes:
    since = store.traces.complete_before(run)
    if since is None:
        return Changes(None, {}, 0, 0)
    found, sections = store.traces.moves(run, since), _sections(run, post)
    kinds: dict[Change, list[Move]] = defaultdict(list)
    for each in joined(found.moves):
        if (change := each.change(sections)) is not None:
            kinds[change].append(each)
    order = {name: kinds[name] for name in get_args(Change) if kinds[name]}
    return Changes(since, order, found.unlisted, found.untraced)
