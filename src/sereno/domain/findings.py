"""What a round over a register found, or why it could not look."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sereno.domain.rules import Band, Edge, Rule, Setting

Cell = str | int | float | None
Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Finding:
    """Point at a record that needs somebody's attention."""

    rule: str
    section: str | None
    """Id of its band, of the rule where it has no bands; `None` outside every band."""
    key: tuple[Cell, ...]
    track: tuple[Cell, ...]
    """By what the ledger follows it: its rule's track, else its key."""
    due: date | None
    days: int | None
    """Calendar days left; negative is past."""
    owner: str | None
    """Whom its row names: an Id, login or display name."""
    cells: Row


@dataclass(frozen=True, slots=True)
class Datum:
    """Point at a value in a register that cannot be understood and must be corrected there."""

    register: str
    table: str
    key: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A rule was evaluated; no findings is a real all-clear."""

    rule: str
    findings: tuple[Finding, ...]
    doubts: tuple[Datum, ...] = ()


@dataclass(frozen=True, slots=True)
class Blind:
    """A rule could not be evaluated; never to be read as nothing found."""

    rule: str
    why: str


Outcome = Seen | Blind


def judge(rule: Rule, rows: Sequence[Row], today: date, settings: Mapping[str, Setting]) -> Seen:
    """Turn a rule's rows into findings, most urgent first; of rows that share a key the first counts.

    The others are doubts: data to correct, since a register must not hold two records with one key. A key of
    blanks alone identifies nothing, and such rows all count.
    """
    findings = sorted((_finding(rule, row, today, settings) for row in rows), key=urgency)
    first: dict[object, Finding] = {}
    for at, finding in enumerate(findings):
        first.setdefault(at if _is_blank(finding.key) else finding.key, finding)
    kept = list(first.values())
    repeated = Counter(finding.key for finding in findings) - Counter(finding.key for finding in kept)
    shared = {track for track, times in Counter(each.track for each in kept).items() if times > 1}
    followed = (_by_key(each) if each.track in shared else each for each in kept)
    blank = [_doubt(rule, each.key, "clave vacía") for each in kept if _is_blank(each.key)]
    twice = [_doubt(rule, key, "clave repetida") for key in repeated]
    return Seen(rule.id, tuple(followed), (*twice, *dict.fromkeys(blank)))


def _by_key(finding: Finding) -> Finding:
    """Follow a finding by its key; one whose key is blank by all that its row says."""
    blank = _is_blank(finding.key)
    return replace(finding, track=tuple(finding.cells.values()) if blank else finding.key)


def _is_blank(key: Sequence[Cell]) -> bool:
    return key.count(None) == len(key)


def urgency(finding: Finding) -> tuple[object, ...]:
    """Order findings: overdue first, then by due date (undated ones last), then by key."""
    return (finding.due is None, finding.due or date.max, [_sortable(part) for part in finding.key])


def _finding(rule: Rule, row: Row, today: date, settings: Mapping[str, Setting]) -> Finding:
    due = date.fromisoformat(str(row[rule.due])) if rule.due and row[rule.due] is not None else None
    days = None if due is None else (due - today).days
    key = tuple(row[column] for column in rule.key)
    track = tuple(row[column] for column in rule.track)
    owner = row[rule.owner] if rule.owner else None
    return Finding(
        rule=rule.id,
        section=section_of(rule, days, settings),
        key=key,
        track=key if not track or None in track else track,
        due=due,
        days=days,
        owner=None if owner is None else str(owner),
        cells=row,
    )


def section_of(rule: Rule, days: int | None, settings: Mapping[str, Setting]) -> str | None:
    """Name the section for so many days left: the first band that holds them; `None` outside every band."""
    if not rule.bands:
        return rule.id
    return next((band.id for band in rule.bands if _holds(band, days, settings)), None)


def _holds(band: Band, days: int | None, settings: Mapping[str, Setting]) -> bool:
    if days is None:
        return band.undated
    since, until = _edge(band.since, settings), _edge(band.until, settings)
    return (since is None or since <= days) and (until is None or days <= until)


def _edge(edge: Edge, settings: Mapping[str, Setting]) -> int | None:
    return int(settings[edge]) if isinstance(edge, str) else edge


def _doubt(rule: Rule, key: Sequence[Cell], what: str) -> Datum:
    named = ", ".join("(vacío)" if part is None else str(part) for part in key)
    return Datum(rule.register, rule.table, named, ", ".join(rule.key), what)


def _sortable(part: Cell) -> tuple[int, float, str]:
    """Give numbers before texts before blanks; SQLite's types do not compare with each other."""
    if part is None:
        return (2, 0.0, "")
    return (1, 0.0, part) if isinstance(part, str) else (0, part, "")


@dataclass(frozen=True, slots=True)
class Look:
    """Hold all that one look at a register gave."""

    outcomes: tuple[Outcome, ...]
    data_errors: tuple[Datum, ...]
    counts: Mapping[str, int]
    """Diagnostics: what was passed over, and how often."""
    people: Mapping[str, Sequence[Row] | Blind] = field(default_factory=dict)
    """What the queries of kind `people` answered."""
    figures: Mapping[str, Sequence[Row] | Blind] = field(default_factory=dict)
    """What the queries of kind `figure` answered."""
    data_errors_left_out: int = 0
    """Values that could not be understood beyond those in `data_errors`."""
    checked: Mapping[str, Sequence[Row] | Blind] = field(default_factory=dict)
    """What the queries of kind `check` answered."""
    took: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each query took, as far as it ran."""
    fetched: Mapping[str, float] = field(default_factory=dict)
    """Seconds that copying each register took."""

    @property
    def blind(self) -> tuple[Blind, ...]:
        """Return the rules that could not be evaluated."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Blind))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was found, shown in a section or not."""
        return tuple(f for outcome in self.outcomes if isinstance(outcome, Seen) for f in outcome.findings)

    @property
    def doubts(self) -> tuple[Datum, ...]:
        """Return every datum to correct, each once: values that cannot be understood, then repeated keys."""
        repeated = (d for outcome in self.outcomes if isinstance(outcome, Seen) for d in outcome.doubts)
        each: dict[tuple[str, str, str, str], Datum] = {}
        for doubt in (*self.data_errors, *repeated):
            each.setdefault((doubt.register, doubt.table, doubt.key, doubt.column), doubt)
        return tuple(each.values())
