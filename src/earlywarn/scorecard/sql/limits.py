"""What a scorecard may hold to be calculated in any warehouse as Python does; refuses the rest, all faults at once."""

from collections.abc import Iterable, Sequence

from earlywarn.errors import Fault, ScorecardError
from earlywarn.scorecard.sql.lookup import slope_from
from earlywarn.scorecard.table import Kind, Scorecard

SMALLEST, LARGEST = 1e-100, 1e100
"""Numbers outside of these, 0 apart, could overflow: PostgreSQL and SQL Server then stop, where numpy goes on."""


def refuse_what_cannot_stand(card: Scorecard, known: Sequence[str], names: Sequence[str]) -> None:
    """Refuse what no sound training gives, but what a query would get wrong or stop at.

    Parameters
    ----------
    known
        The inputs of which a row needs some to be scored.
    names
        What else the query spells out: columns, table, grades.

    Raises
    ------
    ScorecardError
        A number that could overflow, a text that no literal can hold, a known input that the table lacks.
    """
    if faults := [*_faults(card, known, names)]:
        raise ScorecardError(faults)


def _faults(card: Scorecard, known: Sequence[str], names: Sequence[str]) -> Iterable[Fault]:
    where, remedy = f"scorecard '{card.name}'", "train again, or score with 'earlywarn score'"
    inputs = {spec.name for spec in card.specs}
    if lacking := [name for name in known if name not in inputs]:
        yield Fault(where, f"cohort.known_inputs names {', '.join(lacking)}, which the table lacks", remedy=remedy)
    if any(number and not SMALLEST <= abs(number) <= LARGEST for number in _numbers(card)):
        yield Fault(where, "a number that could overflow", f"0, or {SMALLEST:g} to {LARGEST:g} in size", remedy)
    if any(_is_broken(text) for text in (*names, *_texts(card))):
        yield Fault(where, "a text with a broken letter or a NUL", "text that every warehouse can hold", remedy)


def _numbers(card: Scorecard) -> Iterable[float]:
    yield from (card.intercept, card.shift, card.slope, *(level.start for level in card.levels))
    for table in card.tables:
        yield from (*table.points, table.missing or 0.0)
        for bar in table.spec.cuts.values():
            yield from bar
        if table.kind is not Kind.CATEGORIES:
            yield from map(float, table.values)
        if table.kind is Kind.PIECES:
            yield from (slope_from(table, place) for place in range(len(table.points)))


def _texts(card: Scorecard) -> Iterable[str]:
    yield from (level.name for level in card.levels)
    for table in card.tables:
        yield from (table.spec.name, table.spec.column, *table.spec.cuts, *map(str, table.values))


def _is_broken(text: str) -> bool:
    return any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)
