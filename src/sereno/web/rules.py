"""Reglas: what is looked for, in whose words, by which SQL, and how its cases end now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sereno.domain.rules import Rule
from sereno.engine.agenda import Post
from sereno.web.page import Asked, Page
from sereno.web.reading import TriedCase, TriedCases, View
from sereno.web.sections import section_titles

AWAITED, AWAITED_FOR_FILES = 2.0, 120.0
"""Seconds that a page waits for the cases to be tried, and one that becomes a file."""


@dataclass(frozen=True, slots=True)
class Described:
    """Show a rule."""

    rule: Rule
    title: str
    bands: Sequence[tuple[str, str]]
    """Each with its title, the thresholds in force written into it."""
    cases: Sequence[TriedCase]

    @property
    def failing(self) -> int:
        """Count the cases that do not hold."""
        return sum(bool(each.differences) for each in self.cases)


@dataclass(frozen=True, slots=True)
class Group:
    """Show a monitor with its rules."""

    post: Post
    rules: Sequence[Described]
    tried: TriedCases


def rules(view: View, asked: Asked) -> Page:
    """Show every rule of every monitor, and how its cases end now."""
    seconds = AWAITED if asked.live else AWAITED_FOR_FILES
    for post in view.reading.posts:  # all begin before any is waited for
        view.reading.cases(post.monitor, 0)
    groups = [_group(post, view.reading.cases(post.monitor, seconds)) for post in view.reading.posts]
    return Page("rules.html", "Reglas", {"groups": groups, **_tally(groups)})


def _tally(groups: Sequence[Group]) -> dict[str, int]:
    described = [each for group in groups for each in group.rules]
    return {
        "every": sum(len(each.cases) for each in described),
        "failing": sum(each.failing for each in described),
        "untried": sum(_is_untried(group.tried) for group in groups),
    }


def _is_untried(tried: TriedCases) -> bool:
    """Tell whether no case was tried of the rules in force; those of changed files are other rules."""
    return tried.pending or tried.changed or bool(tried.fault)


def _group(post: Post, tried: TriedCases) -> Group:
    titles = section_titles(post)
    described = [
        Described(
            rule,
            rule.title.format_map(post.orders.thresholds),
            [(band.id, titles[band.id]) for band in rule.bands],
            [each for each in tried.cases if each.rule == rule.id],
        )
        for rule in post.monitor.rules
    ]
    return Group(post, described, tried)
