"""A variable: its name, default and meaning."""

from dataclasses import dataclass

from sereno.settings.kinds import Kind


@dataclass(frozen=True, slots=True)
class Variable:
    """Describe one variable; an empty default means that it is not set."""

    name: str
    default: str
    meaning: str
    """For whoever fills in `.env`, in Spanish."""
    kind: Kind
    group: str
    secret: bool = False
    environment_only: bool = False
    """It says where `.env` is, so it cannot stand there."""
