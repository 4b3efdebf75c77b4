"""Reglas: what is looked for, in whose words, by which SQL, and which cases hold it to that."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sereno.domain.rules import Rule
from sereno.engine.agenda import Post
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.sections import section_titles


@dataclass(frozen=True, slots=True)
class Described:
    """Show a rule."""

    rule: Rule
    title: str
    bands: Sequence[tuple[str, str]]
    """Each with its title, the thresholds in force written into it."""
    cases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Show a monitor with its rules."""

    post: Post
    rules: Sequence[Described]


def rules(view: View, _asked: Asked) -> Page:
    """Show every rule of every monitor."""
    return Page("rules.html", "Reglas", {"groups": [_group(post, view) for post in view.reading.posts]})


def _group(post: Post, view: View) -> Group:
    cases: dict[str, list[str]] = defaultdict(list)
    for each in view.reading.cases(post.monitor):
        cases[each.rule].append(each.name)
    titles = section_titles(post)
    described = [
        Described(
            rule,
            rule.title.format_map(post.orders.thresholds),
            [(band.id, titles[band.id]) for band in rule.bands],
            cases[rule.id],
        )
        for rule in post.monitor.rules
    ]
    return Group(post, described)
