"""Score runs made from a few students, and what a comparison must say of them by trying everything anew."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from earlywarn.capacity import make_list
from earlywarn.columns import Coded, InputSpec, InputType, Status
from earlywarn.files import publish_file
from earlywarn.score_run import (
    GROUPS,
    INPUTS,
    SCORES,
    Counts,
    Manifest,
    StoredRun,
    open_run,
    write_manifest,
)
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import point_blocks, score
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard
from tests.score_runs import ScoredRows, keyed_table, scores_table, write_parquet

NUMBERS, TRACKS = ("x", "y"), ("blue", "red")
STATUSES = tuple(status.value for status in Status)
SPECS = (
    InputSpec("x", "x", InputType.NUMBER, "Days absent", "days"),
    InputSpec("y", "y", InputType.RESULT, "Reading", "points", cuts={"3": (400.0, 20.0), "4": (420.0, 25.0)}),
    InputSpec("track", "track", InputType.CATEGORY, "Track"),
)


def card_of(heights: list[float], intercept: float = 0.0, seed: int = 0, names: tuple[str, ...] = ()) -> Scorecard:
    """Give a scorecard of three inputs; ``heights`` are eight points."""
    tables = (
        PointsTable(SPECS[0], Kind.STEPS, (1.0, 2.0), tuple(heights[:3]), heights[3], 1.0),
        PointsTable(SPECS[1], Kind.PIECES, (-1.0, 1.0), tuple(heights[4:6]), None, 0.0),
        PointsTable(SPECS[2], Kind.CATEGORIES, TRACKS, tuple(heights[6:8]), 0.0, "red"),
    )
    high, low = names or ("High", "Low")
    levels = (LevelMeaning(high, 0.6), LevelMeaning("Moderate", 0.4), LevelMeaning(low, 0.0))
    return Scorecard("made", "made", intercept, tables, levels, serving={"seed": seed})


@dataclass(frozen=True)
class Student:
    """One student of one run."""

    school: str = "S1"
    grade: str = "3"
    status: Status = Status.SCORED
    x: float = 0.0
    y: float = 0.0
    track: str = "red"
    group: str = "F"


Run = dict[str, Student]


def values_of(run: Run) -> dict[str, "np.ndarray | Coded"]:
    """Give the inputs of a run."""
    tracks = [student.track for student in run.values()]
    names = tuple(sorted({track for track in tracks if track}))
    codes = np.array([names.index(track) if track else -1 for track in tracks], dtype=np.int32)
    numbers = {name: np.array([getattr(student, name) for student in run.values()], dtype=float) for name in NUMBERS}
    return {**numbers, "track": Coded(codes, names)}


def coded(texts: list[str]) -> Coded:
    """Give a column of few values."""
    names = tuple(sorted(set(texts)))
    return Coded(np.array([names.index(text) for text in texts], dtype=np.int32), names)


def rows_of(run: Run, card: Scorecard, places: int) -> ScoredRows:
    """Score a run as earlywarn does."""
    students = list(run.values())
    held = np.array([student.status is Status.SCORED for student in students])
    found = score(card, values_of(run))
    ids = np.array(list(run), dtype=object)
    listed = make_list(found.points[held], ids[held], int(card.serving["seed"]), places)
    rank, flagged = np.zeros(len(run), dtype=np.int64), np.zeros(len(run), dtype=bool)
    rank[held], flagged[held] = listed.rank, listed.flagged
    level = level_of(found.risk, card.levels)
    none = np.full((len(run), 3), -1)
    return ScoredRows(
        student_id=ids,
        school=coded([student.school for student in students]),
        grade=coded([student.grade for student in students]),
        status=Coded(np.array([STATUSES.index(s.status) for s in students], dtype=np.int32), STATUSES),
        risk=np.where(held, found.risk, np.nan),
        points=np.where(held, found.points, np.nan),
        level=Coded(np.where(held, level.codes, -1).astype(np.int32), level.names),
        rank=rank,
        flagged=flagged,
        reasons=none,
        strengths=none,
        missing=np.zeros((len(run), 3), dtype=bool),
        input_names=tuple(spec.name for spec in card.specs),
    )


def write_run(folder: Path, run: Run, card: Scorecard, places: int, inputs: bool = True) -> StoredRun:
    """Write the files of a run that a comparison reads."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = rows_of(run, card, places)
    write_parquet(scores_table(rows), folder / SCORES)
    write_parquet(keyed_table(rows.student_id, {"sex": coded([s.group for s in run.values()])}), folder / GROUPS)
    if inputs:
        write_parquet(keyed_table(rows.student_id, values_of(run)), folder / INPUTS)
    counts = Counts(len(run), len(run), 0, 0, 0, 0, int(rows.flagged.sum()))
    manifest = Manifest("made", 1, date(2026, 1, 1), card.sha256, "pass", "", counts, {}, {}, {}, {}, {})
    write_manifest(folder, manifest)
    return open_run(folder)


def keep_card(home: Path, card: Scorecard) -> None:
    """Promote a scorecard as far as a comparison looks."""
    publish_file(home / "scorecards" / f"{card.sha256}.json", card.to_bytes())


@dataclass(frozen=True)
class Brute:
    """Two runs, their cards and places; every answer is made from nothing, a list at a time."""

    runs: tuple[Run, Run]
    cards: tuple[Scorecard, Scorecard]
    places: tuple[int, int]

    def student(self, name: str, data: int, others: int) -> Student:
        """Give a student of one roster with the inputs of data."""
        here, there = self.runs[others][name], self.runs[data][name]
        return replace(here, x=there.x, y=there.y, track=there.track)

    def on_list(self, name: str, data: int, model: int, others: int) -> bool:
        """Tell whether a student is on the list that is made anew."""
        run = self.runs[others] | {name: self.student(name, data, others)}
        rows = rows_of(run, self.cards[model], self.places[others])
        return bool(rows.flagged[list(run).index(name)])

    def level(self, name: str, data: int, model: int) -> str:
        """Give the level of a student."""
        rows = rows_of({name: self.runs[data][name]}, self.cards[model], 1)
        return rows.level.texts()[0] or ""

    def list_cause(self, name: str) -> frozenset[str]:
        """Give the cause by the rule, in sets."""
        things = ("data", "model", "others")

        def found(of_now: frozenset[str]) -> bool:
            return self.on_list(name, *(int(thing in of_now) for thing in things))

        return _cause(things, found)

    def level_cause(self, name: str) -> frozenset[str]:
        """Give the cause of a level's move."""
        things = ("data", "model")

        def found(of_now: frozenset[str]) -> str:
            return self.level(name, *(int(thing in of_now) for thing in things))

        return _cause(things, found)

    def moved_most(self, name: str, cause: frozenset[str], upwards: bool) -> str:
        """Give the title of the input that moved most on the way of a cause."""
        data, model = int("data" in cause), int("model" in cause)
        then, now = (self._heights(name, *place) for place in ((0, 0), (data, model)))
        moved = {title: (now[title] - then[title]) * (1 if upwards else -1) for title in then}
        best = max(moved, key=lambda title: moved[title])
        return best if moved[best] > 1e-9 else "no one input"

    def _heights(self, name: str, data: int, model: int) -> dict[str, float]:
        ((_, block, _),) = point_blocks(self.cards[model], values_of({name: self.runs[data][name]}))
        return {spec.title: float(height) for spec, height in zip(SPECS, block[:, 0], strict=True)}


def _cause(things: tuple[str, ...], found: "object") -> frozenset[str]:
    every = frozenset(things)
    before, now = found(frozenset()), found(every)
    alone = {thing for thing in things if found(frozenset({thing})) != before}
    needed = {thing for thing in things if found(every - {thing}) != now}
    if len(alone | needed) > 1 or (alone == needed and len(alone) == 1):
        return frozenset(alone | needed)
    return every
