"""Figures put into words: as plots, as tables of the same numbers, as what a screen reader says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sereno.domain.steps import StepKind
from sereno.engine.figures import Figures, Share, Week
from sereno.engine.plotting import SIGNS, Mark, Plot, Spot
from sereno.web import catalogue_plots as words
from sereno.web.words import day, number, visible

COLUMNS: tuple[StepKind, ...] = ("opened", "resolved", "cleared", "expired", "replanned")
"""What the table tells of a week."""


@dataclass(frozen=True, slots=True)
class Table:
    """Hold the numbers of a plot as texts."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def plots_of(made: Figures, titles: Mapping[str, str]) -> Mapping[str, Plot]:
    """Make the plots, by name and in the order in which they are shown."""
    slips = (made.slips.sooner, *made.slips.later)
    known = _all_known(made)
    plain = {
        "edad": _labelled(words.AGES, made.ages, known),
        "veces": _labelled(words.TIMES, made.replannings, known),
        "retrasos": _labelled(words.DELAYS, slips, _moves_known(made)),
        "vigilantes": _monitors(made, titles),
        "responsables": _owners(made, known),
    }
    drawn = {
        name: Plot(name, words.HEADING[name], spots, lying=name in {"vigilantes", "responsables"})
        for name, spots in plain.items()
    }
    weeks = Plot("semanas", words.HEADING["semanas"], tuple(map(_week, made.weeks)), words.SERIES)
    return {name: weeks if name == "semanas" else drawn[name] for name in words.HEADING}


def tables_of(made: Figures, titles: Mapping[str, str]) -> Mapping[str, Table]:
    """Write the numbers of each plot, and whatever else is known of a week."""
    plain = {
        name: Table(words.HEADINGS[name], [(spot.label, *_cells(spot)) for spot in plot.spots])
        for name, plot in plots_of(made, titles).items()
        if name != "semanas"
    }
    owners = plain["responsables"]
    ownerless = (words.OWNERLESS, _written(made.ownerless, _all_known(made)))
    plain["responsables"] = Table(owners.headings, [*owners.rows, ownerless])
    rows = [_week_row(week, made, titles) for week in reversed(made.weeks)]
    return {**plain, "semanas": Table(words.WEEK_HEADINGS, rows)}


def notes_of(name: str, made: Figures, owner: str) -> list[str]:
    """Say what a reader of a plot must know beside its definition."""
    notes = []
    if name in {"semanas", "retrasos"}:
        notes.append(words.WEEKS_SINCE.format(since=day(made.known_from)))
    if name == "semanas" and owner:
        notes.append(words.OWNER_NOW.format(owner=owner))
    if name == "responsables":
        notes.append(words.OWNERLESS_ASIDE.format(number=number(made.ownerless)))
    if name == "retrasos":
        notes.append(_slips(made))
    return notes


def alternative(plot: Plot, made: Figures) -> str:
    """Say what a picture shows to somebody who does not see it."""
    if plot.name != "semanas":
        said = "; ".join(f"{spot.label}: {_cells(spot)[0]}" for spot in plot.spots)
        return words.ALT.format(title=plot.title, said=said)
    return words.WEEKS_ALT.format(
        title=plot.title,
        weeks=len(made.weeks),
        opened=sum(week.count("opened") or 0 for week in made.weeks),
        resolved=sum(week.count("resolved") or 0 for week in made.weeks),
        unknown=sum(week.sight in {"unseen", "before"} for week in made.weeks),
        partly=sum(week.sight == "partly" for week in made.weeks),
    )


def _all_known(made: Figures) -> Mark:
    """Mark counts over several monitors where one of them is blind, not looked at, or was never seen."""
    return "about" if made.uncertain else ""


def _moves_known(made: Figures) -> Mark:
    return "" if all(week.sight == "whole" for week in made.weeks) else "least"


def _labelled(labels: Sequence[str], numbers: Sequence[int], mark: Mark) -> tuple[Spot, ...]:
    return tuple(Spot(label, (each,), mark) for label, each in zip(labels, numbers, strict=True))


def _monitors(made: Figures, titles: Mapping[str, str]) -> tuple[Spot, ...]:
    return tuple(Spot(titles[each.name], (each.number,), _monitor_mark(each, made)) for each in made.monitors)


def _monitor_mark(share: Share, made: Figures) -> Mark:
    if share.number is None:
        return "unknown"
    return "about" if share.name in made.uncertain else ""


def _owners(made: Figures, mark: Mark) -> tuple[Spot, ...]:
    named = [Spot(visible(each.name), (each.number,), mark) for each in made.owners]
    if made.others.number:
        named.append(Spot(words.OTHERS.format(number=made.others.name), (made.others.number,), mark))
    return tuple(named)


def _week(week: Week) -> Spot:
    numbers = week.count("opened"), week.count("resolved")
    return Spot(f"{week.start:%d/%m}", numbers, _week_mark(week))


def _week_mark(week: Week) -> Mark:
    if week.sight == "whole":
        return ""
    return "least" if week.count("opened", "resolved") else "unknown"


def _week_row(week: Week, made: Figures, titles: Mapping[str, str]) -> tuple[str, ...]:
    sign: Mark = "" if week.sight == "whole" else "least"
    counts = (_written(week.count(kind), sign) for kind in COLUMNS)
    return (day(week.start), *counts, "; ".join(_sight(week, made, titles)))


def _sight(week: Week, made: Figures, titles: Mapping[str, str]) -> Iterator[str]:
    yield words.SIGHTS[week.sight]
    named = (
        (words.WEEK_BLIND, week.blind),
        (words.WEEK_UNWATCHED, week.unwatched),
        (words.WEEK_FIRST, week.first),
    )
    for said, monitors in named:
        if monitors:
            yield said.format(names=", ".join(titles[name] for name in monitors), there=number(week.there))
    if week.sight != "before" and week.start <= made.known_from:
        yield words.WEEK_SINCE.format(since=day(made.known_from))
    if week.unfinished:
        yield words.WEEK_UNFINISHED


def _slips(made: Figures) -> str:
    if made.slips.typical is None and not made.slips.total:
        return words.NONE_MOVED
    days = made.slips.typical or 0
    return words.TYPICAL.format(days=number(days), total=number(made.slips.total))


def _cells(spot: Spot) -> tuple[str, ...]:
    return tuple(_written(each, spot.mark) for each in spot.numbers)


def _written(count: int | None, mark: Mark) -> str:
    return words.UNKNOWN if count is None else f"{SIGNS[mark]}{number(count)}"
