"""The sections of a monitor's digests, by the titles that their readers know."""

from collections.abc import Mapping

from sereno.engine.agenda import Post


def section_titles(post: Post) -> Mapping[str, str]:
    """Return the title of each section, with the thresholds in force written into it."""
    settings = post.orders.thresholds
    titles = {rule.id: rule.title for rule in post.monitor.rules}
    titles |= {band.id: band.title for rule in post.monitor.rules for band in rule.bands}
    return {section: title.format_map(settings) for section, title in titles.items()}
