"""A sample of students scored again, from inputs.parquet or from the roster, and compared to the last bit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn import arrow
from earlywarn.columns import Coded, InputType, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.errors import EarlywarnError
from earlywarn.inputs import Values, input_values, known_count
from earlywarn.manifest import ManifestForm
from earlywarn.roster.door import Door, open_roster
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Scorecard
from earlywarn.verify.findings import Faults


def again_from_inputs(card: Scorecard, serving: Serving, rows: Any, inputs: Any, faults: Faults) -> None:
    """Score rows of inputs.parquet again and compare them with the same rows of scores.parquet."""
    absent = [spec.name for spec in card.specs if spec.name not in inputs.column_names]
    if absent:
        faults.say("again", f"inputs.parquet has no column {', '.join(absent)}")
        return
    values: Values = {
        spec.name: (arrow.to_coded if spec.type is InputType.CATEGORY else arrow.to_floats)(inputs[spec.name])
        for spec in card.specs
    }
    _compare("again", card, serving, rows, values, faults)


def again_from_roster(
    card: Scorecard, serving: Serving, manifest: ManifestForm, roster: Path, rows: Any, faults: Faults
) -> None:
    """Read the roster through the door, if it is the one that was scored, and compare the sample."""
    try:
        door = open_roster(roster, serving)
    except EarlywarnError as error:
        faults.say("roster", *(fault.found for fault in error.faults))
        return
    if door.sha256 not in manifest.inputs.values():
        faults.say("roster", "this is not the roster that was scored: its sha256 is not the manifest's")
        return
    places = _places(door, serving.cohort.school_year(manifest.as_of), rows)
    faults.count("roster", "a student of this run who is not in the roster", int((places < 0).sum()))
    found = np.flatnonzero(places >= 0)
    own = door.roster.take(places[found])
    values = input_values(card.specs, own.numbers, own.texts, own.grade)
    _compare("roster", card, serving, rows.take(arrow.raw(found)), values, faults)


def _places(door: Door, year: int, rows: Any) -> Ints:
    """Give where each student of the sample stands in the roster; another year's row only where there is no other."""
    wanted: dict[str, list[int]] = {}
    for place, text in enumerate(rows["student_id"].to_pylist()):
        wanted.setdefault(text, []).append(place)
    places = np.full(len(rows), -1, dtype=np.int64)
    for row in np.argsort(door.roster.school_year == year, kind="stable").tolist():
        places[wanted.get(door.roster.student_id[row], [])] = row
    return places


def _compare(name: str, card: Scorecard, serving: Serving, rows: Any, values: Values, faults: Faults) -> None:
    status = np.array(rows["status"].to_pylist(), dtype=object)
    enough = known_count(serving.cohort.known_inputs, values) >= serving.cohort.min_known
    wrong = ((status == Status.SCORED) & ~enough) | ((status == Status.NOT_ENOUGH_DATA) & enough)
    faults.count(name, "another status", int(wrong.sum()))
    scored = np.flatnonzero(status == Status.SCORED)
    if not len(scored):
        return
    rows = rows.take(arrow.raw(scored))
    now = score(card, {n: v.take(scored) if isinstance(v, Coded) else v[scored] for n, v in values.items()})
    names = [spec.name for spec in card.specs]
    level = level_of(now.risk, card.levels).texts()
    pairs = {
        "other points": arrow.to_floats(rows["points"]) != now.points,
        "another risk": arrow.to_floats(rows["risk"]) != now.risk,
        "another level": _differ(rows["level"].to_pylist(), level),
        "other reasons": _differ(rows["reasons"].to_pylist(), _named(now.reasons, names)),
        "other strengths": _differ(rows["strengths"].to_pylist(), _named(now.strengths, names)),
    }
    for sentence, differs in pairs.items():
        faults.count(name, sentence, int(differs.sum()))


def _named(places: Ints, names: Sequence[str]) -> list[list[str]]:
    return [[names[place] for place in row if place >= 0] for row in places.tolist()]


def _differ(here: Sequence[Any], there: Sequence[Any]) -> NDArray[np.bool_]:
    return np.array([one != other for one, other in zip(here, there, strict=True)], dtype=bool)
