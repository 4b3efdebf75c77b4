"""Turn texts into typed values, with pydantic-settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from sereno.domain.errors import Fault
from sereno.settings.texts import Texts
from sereno.settings.variable import Variable


@dataclass(frozen=True, slots=True)
class Values:
    """Hold a typed value for each variable that is set or has a default."""

    typed: Mapping[str, Any]
    faults: tuple[Fault, ...]
    """In the order of the variables; a faulty variable holds its default."""


def convert(known: Sequence[Variable], texts: Texts) -> Values:
    """Type every text, or tell what was expected in its place."""
    sources = (texts.secrets, texts.environment, texts.written)
    faulty = {variable.name for variable in known if not (texts.get(variable.name) or "").isprintable()}
    try:
        typed = _typed(known, sources)
    except ValidationError as error:
        faulty |= {str(each["loc"][0]) for each in error.errors(include_input=False, include_url=False)}
    if not faulty:
        return Values(typed, ())
    sound = [{name: source[name] for name in source if name not in faulty} for source in sources]
    faults = tuple(texts.fault(variable) for variable in known if variable.name in faulty)
    return Values(_typed(known, sound), faults)


def _typed(known: Sequence[Variable], sources: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {variable.name: (variable.kind.type, _default(variable)) for variable in known}
    model = create_model("Texts", __base__=_reader(sources), **fields)
    return {name: value for name, value in model() if value is not None}


def _default(variable: Variable) -> Any:  # noqa: ANN401 (a pydantic field, which poses as its value)
    # A default is a text like any other, and is typed alike; that there is none is not.
    return Field(variable.default, validate_default=True) if variable.default else None


def _reader(sources: Sequence[Mapping[str, str]]) -> type[BaseSettings]:
    """Give the library our sources: its own tell no line, and expand `$` in passwords."""

    class Reader(BaseSettings):
        model_config = SettingsConfigDict(validate_default=False, extra="ignore")

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            *_: PydanticBaseSettingsSource,
            **__: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(InitSettingsSource(settings_cls, dict(source)) for source in sources)

    return Reader
