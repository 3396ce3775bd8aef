"""changes.csv: one row a student whose place on the list, level or standing changed, by school; safe in a spreadsheet.

It holds no group and no risk; values stand only in rows of students who are or were on the list, as in flags.csv.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from earlywarn import arrow
from earlywarn.changes.causes import Cause
from earlywarn.changes.pairs import Kind, Pairs
from earlywarn.changes.parts import ROWS, Parts
from earlywarn.changes.sides import LISTED
from earlywarn.changes.swaps import NO_INPUT
from earlywarn.changes.trials import Trials
from earlywarn.columns import Coded, InputSpec, Ints, Texts
from earlywarn.formula import formula_safe
from earlywarn.inputs import Values, value_at
from earlywarn.scorecard.reasons import value_words

STANDINGS = ("not in the roster", "out of scope", "not enough data", "scored", "scored")
COLUMNS = (
    "school_id", "student_id", "grade", "list", "list_cause", "list_input", "level_before", "level_now", "level",
    "level_cause", "level_input", "standing_before", "standing_now",
)  # fmt: skip
ORDER = "(order)"
NO_ONE_INPUT = "no one input"
MOST_PLACES = 4
"""Decimals at most by which a value of then is told from that of now."""


@dataclass(frozen=True)
class Told:
    """The changed students of a part, and why; inputs are places in ``names``, NO_INPUT for none.

    ``values`` are the inputs of then and now, None where an input cannot be named.
    """

    pairs: Pairs
    list_cause: Ints
    level_cause: Ints
    list_input: Ints
    level_input: Ints
    values: tuple[Values, Values] | None


def rows_of(told: Told, levels: Sequence[str], trials: Trials) -> Any:
    """Give the rows of changes.csv as a table, and the place of each in the order of its school."""
    pairs, words = told.pairs, _Words(told, trials)
    before, now = pairs.standing
    columns = {
        "school_id": _safe(pairs.either("school")),
        "student_id": _safe(pairs.student_id),
        "grade": _safe(pairs.either("grade")),
        "list": _texts(_place(before, now), _PLACES),
        "list_cause": words.causes(told.list_cause),
        "list_input": words.inputs(told.list_cause, told.list_input),
        "level_before": _safe(_texts(pairs.level[0], levels)),
        "level_now": _safe(_texts(pairs.level[1], levels)),
        "level": _texts(pairs.level_kind - Kind.HIGHER, ("moved to a higher level", "moved to a lower level")),
        "level_cause": words.causes(told.level_cause),
        "level_input": words.inputs(told.level_cause, told.level_input),
        "standing_before": _texts(before, STANDINGS),
        "standing_now": _texts(now, STANDINGS),
    }
    first = np.where(pairs.list_kind >= 0, pairs.list_kind, pairs.level_kind)
    order = arrow.integers(np.where(first >= 0, first, Kind.STANDING))
    return pa.table(columns | {ORDER: order})


def write_rows(parts: Parts, path: Path) -> None:
    """Write the parts, which follow one another by school, as one CSV file."""
    from pyarrow import csv

    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    keys = [("school_id", "ascending"), (ORDER, "ascending"), ("student_id", "ascending")]
    with csv.CSVWriter(str(path), schema, write_options=csv.WriteOptions(quoting_style="needed")) as writer:
        for place in range(parts.count):
            rows = parts.read(place)
            if rows is not None:
                sorted_rows = rows.take(pc.sort_indices(rows, sort_keys=keys))
                writer.write_table(sorted_rows.select(list(COLUMNS)))


def parts_by_school(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Give the part of each school, so that parts follow one another by school and are of like size."""
    made, total = {}, 0
    for school in sorted(counts, key=formula_safe):
        made[school] = total // ROWS
        total += counts[school]
    return made


_PLACES = ("not on the list", "no longer on the list", "new on the list", "on the list as before")


def _place(before: Ints, now: Ints) -> Ints:
    return np.asarray((before == LISTED) + 2 * (now == LISTED))


@dataclass(frozen=True)
class _Words:
    """Causes and inputs in words."""

    told: Told
    trials: Trials

    def causes(self, causes: Ints) -> Any:
        names = [cause.words for cause in Cause]
        if self.trials.no_cause:
            names[Cause.NOT_KNOWN] += f": {self.trials.no_cause}"
        return _texts(causes, names)

    def inputs(self, causes: Ints, inputs: Ints) -> Any:
        swapped = (causes > Cause.NONE) & (causes <= Cause.ALL) & (causes != Cause.OTHERS)
        texts = np.full(len(causes), "", dtype=object)
        texts[swapped] = f"not known: {self.trials.no_input}" if self.trials.no_input else NO_ONE_INPUT
        if self.told.values is not None:
            self._name(texts, causes, np.where(swapped, inputs, NO_INPUT))
        return _safe(arrow.strings(texts.tolist()))

    def _name(self, texts: Texts, causes: Ints, inputs: Ints) -> None:
        """Write the inputs' titles, and values where the student is or was listed and the data had a part."""
        specs = [self.trials.spec(name) for name in self.trials.names]
        named = np.flatnonzero(inputs != NO_INPUT)
        texts[named] = np.array([spec.title for spec in specs], dtype=object)[inputs[named]]
        listed = np.any([standing == LISTED for standing in self.told.pairs.standing], axis=0)
        for row in named[listed[named] & (causes[named] & Cause.DATA > 0)].tolist():
            found = self._values(specs[inputs[row]], row)
            if found:
                texts[row] = f"{texts[row]}: {_apart(specs[inputs[row]], found)}"

    def _values(self, spec: InputSpec, row: int) -> list["_Value"]:
        """Give the value then and now, each with the grade; nothing where only one of the models has the input."""
        both = self.told.values or ()
        if any(spec.name not in values for values in both):
            return []
        found = zip(both, self._grades, strict=True)
        return [(value_at(values[spec.name], row), grade[row]) for values, grade in found]

    @cached_property
    def _grades(self) -> tuple[list[str | None], list[str | None]]:
        pairs = self.told.pairs
        return _grades(pairs.before, pairs.at_before), _grades(pairs.now, pairs.at_now)


_Value = tuple[float | str | None, str | None]


def _apart(spec: InputSpec, found: Sequence[_Value]) -> str:
    """Say both values, to as few decimals as tell them apart."""
    for places in range(1, MOST_PLACES + 1):
        then, now = (value_words(spec, value, grade, places) for value, grade in found)
        if then != now:
            break
    return f"{then} -> {now}"


def _grades(students: Any, at: Ints) -> list[str | None]:
    coded = arrow.to_coded(students.grade)
    return Coded(np.append(coded.codes, np.int32(-1))[at], coded.names).texts()


def _texts(codes: Ints, names: Sequence[str]) -> Any:
    """Give texts by code; "" for -1."""
    table = arrow.coded(Coded(np.where(codes < 0, len(names), codes).astype(np.int32), (*names, "")))
    return table.cast(pa.string())


def _safe(column: Any) -> Any:
    """Make texts safe in a spreadsheet; one that begins with a letter or digit is safe already."""
    whole = pc.fill_null(column, "")
    plain = arrow.true(pc.match_substring_regex(whole, "^([0-9A-Za-z]|$)"))
    if plain.all():
        return whole
    return arrow.strings([formula_safe(text) for text in whole.to_pylist()])
