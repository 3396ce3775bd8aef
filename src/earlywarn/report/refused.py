"""Rows that were refused at the door, in sentences and as a record: by rule and, where it can be read, by group.

A group's count below the privacy minimum is hidden, and then the attribute's others are rounded.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from earlywarn.audit.rounding import Count, Held, Shown, count_of
from earlywarn.groups import Cell
from earlywarn.report import words as w
from earlywarn.report.findings import Audited, Refused
from earlywarn.report.reading import Reading

MOST_RULES = 6
"""Broken rules that a screen names; the record has all of them."""


def refused_sentences(reading: Reading) -> tuple[str, ...]:
    """Say of each file how many rows were refused and why, and of which groups; of a file taken whole, nothing."""
    return tuple(said for refused in reading.audited.refused for said in _sentences(reading, refused))


def refused_groups(reading: Reading) -> tuple[str, ...]:
    """Say of which groups the refused students are, a sentence an attribute."""
    return tuple(said for refused in reading.audited.refused for said in _by_group(reading, refused))


def refused_record(reading: Reading) -> list[dict[str, Any]]:
    """Give what was refused as plain values, for ``refused`` in audit.json."""
    return [
        {
            "file": refused.file,
            "rows_in": refused.rows_in,
            "rows_refused": refused.rows,
            "rows_merged": refused.merged,
            "rules": [{"place": rule.place, "rule": rule.rule, "rows": rule.rows} for rule in refused.rules],
            "students": [row for those in _attributes(refused) for row in _rows(reading.audited, those)],
        }
        for refused in reading.audited.refused
    ]


def _sentences(reading: Reading, refused: Refused) -> Iterator[str]:
    if refused.rows or refused.merged:
        yield (
            f"Of {w.count(refused.rows_in)} rows of {refused.file} {w.count(refused.rows)} refused and "
            f"{w.count(refused.merged)} merged."
        )
    for rule in refused.rules[:MOST_RULES]:
        yield f"Refused, {rule.place}: {rule.rule} ({w.plural(rule.rows, 'row')})."
    if len(refused.rules) > MOST_RULES:
        yield f"And {w.plural(len(refused.rules) - MOST_RULES, 'more broken rule')}."
    yield from _by_group(reading, refused)


def _by_group(reading: Reading, refused: Refused) -> Iterator[str]:
    for those in _attributes(refused):
        told = (f"{reading.words(cell)} {count.words}" for cell, count in _told(reading.audited, those))
        yield f"Students refused in {refused.file}, by group: {'; '.join(told)}."


def _attributes(refused: Refused) -> list[list[tuple[Cell, int]]]:
    """Part the counts by attribute; groups of which nobody was refused are left out."""
    found: dict[tuple[str, ...], list[tuple[Cell, int]]] = {}
    for cell, number in refused.students:
        if number:
            found.setdefault(cell.attributes, []).append((cell, number))
    return list(found.values())


def _rows(audited: Audited, those: Sequence[tuple[Cell, int]]) -> Iterator[dict[str, Any]]:
    for cell, count in _told(audited, those):
        yield {"group": cell.slug, "students": count.number, "about": count.shown is not Shown.EXACT}


def _told(audited: Audited, those: Sequence[tuple[Cell, int]]) -> Iterator[tuple[Cell, Count]]:
    """Tell the counts of an attribute as they are where none is small."""
    minimum = 0 if audited.unsuppressed else audited.groups.privacy_minimum
    exact = min(number for _, number in those) >= minimum
    return ((cell, count_of(Held(number, exact), minimum)) for cell, number in those)
