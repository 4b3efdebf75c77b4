"""Whether the watchman is well, for machines: stricter than whether its process lives."""

from dataclasses import dataclass

from sereno.web.reading import View


@dataclass(frozen=True, slots=True)
class Health:
    """Tell whether somebody watches, and why not."""

    healthy: bool
    """The master gives signs, and its store can be read."""
    reason: str
    """Why it is not; empty where it is."""
    well: bool
    """Nothing needs a person."""
    sentence: str
    version: str


def health(view: View) -> Health:
    """Tell whether the master watches and its store can be read."""
    stands = view.standing
    healthy = stands.watched and view.store is not None
    return Health(
        healthy,
        "" if healthy else " ".join(stands.troubles),
        stands.well,
        stands.sentence,
        view.reading.version,
    )
