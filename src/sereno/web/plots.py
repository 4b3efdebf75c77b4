"""Gráficos: the figures of Hallazgos as pictures, each with its definition and its numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sereno.engine.agenda import Post
from sereno.engine.figures import Figures, figures, read_facts
from sereno.engine.history import Scope
from sereno.engine.neglect import neglected
from sereno.engine.plotting import Plot
from sereno.engine.ports import Store
from sereno.web import catalogue_plots as words
from sereno.web.page import Asked, Page
from sereno.web.plot_words import Table, alternative, notes_of, plots_of, tables_of
from sereno.web.reading import View
from sereno.web.words import visible

FILTERS = ("vigilante", "responsable", "semanas")
SUFFIX = ".svg"


@dataclass(frozen=True, slots=True)
class Question:
    """Say what is asked of the figures; two that are alike have one answer until the next round."""

    monitor: str
    owner: str
    weeks: int
    neglected: tuple[str, ...]
    """Monitors that nobody looks at as it is owed: that may change between two rounds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Show one plot: its picture elsewhere, its words here."""

    plot: Plot
    heading: str
    definition: str
    notes: Sequence[str]
    table: Table
    alternative: str


def plots(view: View, asked: Asked) -> Page | None:
    """Show the plots that are asked for; `None` for a monitor that there is not."""
    question = _question(view, asked)
    if view.store is None or not _posts(view, question):
        return None
    made = _figures(view, view.store, question)
    titles = _titles(view)
    kept = {name: asked.of(name) for name in FILTERS}
    content = {
        "w": words,
        "figures": made,
        "shown": _shown(made, titles, question),
        "kept": kept,
        "weeks": str(question.weeks),
        "filtered": any(kept.values()),
        "monitors": list(titles.items()),
        "owners": _owners(view, view.store, question),
        "blind": ", ".join(titles[name] for name in made.blind),
        "neglected": ", ".join(titles[name] for name in made.neglected),
        "never": ", ".join(titles[name] for name in made.never),
    }
    return Page("plots.html", words.TITLE, content)


def picture(view: View, asked: Asked) -> bytes | None:
    """Draw one of the plots, or show it as it was drawn since the last round."""
    question, name = _question(view, asked), asked.path["picture"]
    if view.store is None or not _posts(view, question):
        return None
    mark = _mark(view, view.store)  # before the figures are read: what is kept is as new as its mark
    made = _figures(view, view.store, question)
    plot = plots_of(made, _titles(view)).get(name.removesuffix(SUFFIX))
    if plot is None or not name.endswith(SUFFIX):
        return None
    what = (question, name)
    return view.reading.drawn.get(mark, what, partial(view.reading.draw, plot))


def _question(view: View, asked: Asked) -> Question:
    weeks = asked.of("semanas")
    number = int(weeks if weeks in words.WEEKS_SHOWN else words.WEEKS_SHOWN[0])
    posts, store = view.reading.posts, view.store
    left = () if store is None else neglected(posts, view.now, view.calendar, store)
    return Question(asked.of("vigilante"), asked.of("responsable"), number, left)


def _posts(view: View, question: Question) -> list[Post]:
    return [post for post in view.reading.posts if question.monitor in {"", post.monitor.name}]


def _titles(view: View) -> Mapping[str, str]:
    return {post.monitor.name: visible(post.monitor.title) for post in view.reading.posts}


def _mark(view: View, store: Store) -> str:
    """Name what the figures change with: a run, and the day."""
    return f"{store.history.latest_run()} {view.now.date().isoformat()}"


def _figures(view: View, store: Store, question: Question) -> Figures:
    return view.reading.drawn.get(_mark(view, store), question, partial(_read, view, store, question))


def _read(view: View, store: Store, question: Question) -> Figures:
    posts, owner = _posts(view, question), question.owner or None
    scope = Scope({p.monitor.name: frozenset(rule.id for rule in p.monitor.rules) for p in posts}, owner)
    plans = {p.monitor.name: frozenset(rule.id for rule in p.monitor.rules if rule.replans) for p in posts}
    planned = Scope({name: rules for name, rules in plans.items() if rules}, owner)
    facts = read_facts(store.history, scope, planned, view.now, question.weeks, question.neglected)
    return figures(facts, question.weeks)


def _owners(view: View, store: Store, question: Question) -> list[str]:
    """List whom something is open of, and whom is asked for."""
    what = ("owners", question.monitor)
    everybody = Scope(
        {p.monitor.name: frozenset(rule.id for rule in p.monitor.rules) for p in _posts(view, question)}
    )
    named = view.reading.drawn.get(_mark(view, store), what, lambda: store.history.by_owner(everybody))
    return sorted({*filter(None, named), *filter(None, [question.owner])}, key=str.casefold)


def _shown(made: Figures, titles: Mapping[str, str], question: Question) -> list[Shown]:
    drawn, tables = plots_of(made, titles), tables_of(made, titles)
    return [
        Shown(
            plot,
            words.HEADING[name],
            words.DEFINITION[name],
            notes_of(name, made, question.owner),
            tables[name],
            alternative(plot, made),
        )
        for name, plot in drawn.items()
    ]
