"""Pages rendered to HTML: every text escaped, and nothing in it that a reader cannot see."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from sereno.domain.foreign import short_name
from sereno.engine.who_is_who import why_unreached
from sereno.engine.wording import code_words
from sereno.web import catalogue, catalogue_access, catalogue_lists, catalogue_operate, catalogue_pages, words
from sereno.web.page import Asked, Page
from sereno.web.reading import View
from sereno.web.run import rows_and_listed


def render(page: Page, view: View, asked: Asked, here: str) -> str:
    """Fill the page's template; `here` is the section of the navigation that it belongs to."""
    template = _environment().get_template(page.template)
    return template.render(
        **page.content,
        title=page.title,
        standing=view.standing,
        now=view.now,
        version=view.reading.version,
        live=asked.live,
        visitor=asked.visitor,
        done=catalogue_operate.DONE.get(asked.of("hecho"), "") if asked.visitor.operates else "",
        here=here,
    )


def render_alone(template: str, **content: Any) -> str:  # noqa: ANN401  # whatever the template shows
    """Fill a template that needs no look at the installation."""
    return _environment().get_template(template).render(**content)


def link(*parts: object, **query: object) -> str:
    """Write a path of the console; a part may hold anything. Empty filters are left out."""
    path = "/" + "/".join(quote(str(part), safe="") for part in parts)
    asked = {name: value for name, value in query.items() if value not in {"", None}}
    return f"{path}?{urlencode(asked)}" if asked else path


def _combined(query: Mapping[str, str], name: str, value: str) -> dict[str, str]:
    return {**query, name: value}


def _finished(value: Any) -> Any:  # noqa: ANN401  # Jinja hands over whatever stands in a template
    return words.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("sereno.web"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        finalize=_finished,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts = {
        "t": catalogue,
        "u": catalogue_lists,
        "a": catalogue_access,
        "o": catalogue_operate,
        "tp": catalogue_pages,
    }
    environment.globals |= {**texts, "link": link}
    filters: dict[str, Callable[..., Any]] = {
        "code_words": code_words,
        "why_unreached": why_unreached,
        "short_name": short_name,
        "combined": _combined,
        "rows_and_listed": rows_and_listed,
    }
    environment.filters |= {**filters, **words.FILTERS}
    return environment
