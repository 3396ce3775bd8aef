"""An attacker who holds all of audit.json and verdict.json, and knows the code that wrote them.

Unknown to the attacker are the students of every finest group (a value of every attribute) and atom, once for the
list that is served and once for a further cut, and how many a second list finds. Every number that is told of a
share or a count becomes an inequality over them. The attacker knows of each number whether it was rounded, and to
which grain, and that it lies within one grain of what is told: not that it was rounded to the nearest. What is
not read: effective schools, and the ends of intervals but as ends.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from earlywarn.assess import Order, audit_scores
from earlywarn.audit.figures import Figure, Form
from earlywarn.audit.kinds import AUDITED
from earlywarn.audit.rounding import NOT_SHOWN, Rate, Shown, count_told
from earlywarn.audit.sides import OTHERS
from earlywarn.audit.suppression import Suppression
from earlywarn.config.audit import AuditPlan
from earlywarn.groups import EVERYONE, Cell
from earlywarn.report.evidence import NOUNS
from earlywarn.report.published import published
from earlywarn.report.telling import Telling
from tests.audit.curious import Told

ATOMS, CUT_ATOMS = 9, 6
EDGE = 1e-6
SECONDS = 10.0

SHARES = AUDITED.shares
COUNTED = {
    "students": "students", "missed": "missed", "met": "met", "unknown": "unknown",
    "not_enough_data": "not_scored", "not_scored_missed": "not_scored_missed",
}  # fmt: skip
OF_ALL = {"share_flagged": "scored", "unknown_share": "scored", "not_scored_share": "students"}
"""Measures of which ``students`` are not those with a known outcome."""

OTHERWISE = {
    "excess_overlooked": ("overlooked", "flagged_missed"),
    "excess_false_alarms": ("flagged_met", "flagged_missed"),
}
"""Measures that are no share -> what their events and non-events are, where not who missed and who met."""


@dataclass(frozen=True)
class Case:
    """A district as files: its students by finest group and atom, and how its list and its cuts fall.

    ``finest`` has an axis an attribute and one of atoms; ``depth`` is that of the audit.
    """

    finest: np.ndarray
    depth: int = 2
    seed: int = 0
    ties: int = 0

    @cached_property
    def groups(self) -> np.ndarray:
        return self.finest.reshape(-1, ATOMS)

    @cached_property
    def place(self) -> tuple[np.ndarray, np.ndarray]:
        """Finest group and atom of each student."""
        flat = np.repeat(np.arange(self.groups.size), self.groups.ravel())
        return flat // ATOMS, flat % ATOMS

    @cached_property
    def score(self) -> np.ndarray:
        """A score above .5 where flagged; equal for the first ``ties`` of each side of the cut."""
        rng = np.random.default_rng(self.seed)
        flagged = self.place[1] % 3 == 1
        score = np.where(flagged, 0.5, 0.0) + 0.5 * rng.random(len(flagged)) * 0.98
        for side in (flagged, self.place[1] % 3 == 0):
            score[np.flatnonzero(side)[: self.ties]] = 0.5
        return score.round(4) + 0.0

    @cached_property
    def rules(self) -> np.ndarray:
        rng = np.random.default_rng(self.seed + 1)
        return (self.score + 0.4 * rng.random(len(self.score))).round(6)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write scores.csv and groups.csv."""
        rng = np.random.default_rng(self.seed + 2)
        finest, atom = self.place
        values = np.unravel_index(finest, self.finest.shape[:-1])
        names = [f"a{at}" for at in range(len(values))]
        scores, groups = folder / "scores.csv", folder / "groups.csv"
        with scores.open("w", newline="") as one, groups.open("w", newline="") as two:
            told, named = csv.writer(one), csv.writer(two)
            told.writerow(["student_id", "school_id", "score", "flagged", "outcome", "rules"])
            named.writerow(["student_id", *names])
            for row in rng.permutation(len(finest)).tolist():
                outcome, state = "01"[atom[row] // 3] if atom[row] < 6 else "", atom[row] % 3
                score = ["", "", ""] if state == 2 else [self.score[row], int(state == 1), self.rules[row]]
                told.writerow([f"s{row}", f"S{row % 12}", *score[:2], outcome, score[2]])
                named.writerow([f"s{row}", *(f"v{value[row]}" for value in values)])
        return scores, groups

    def plan(self) -> AuditPlan:
        """Audit the list as given or, where scores are tied at its cut, one of the highest scores."""
        flagged, scope = int((self.place[1] % 3 == 1).sum()), len(self.place[1])
        attributes = {
            f"a{at}": {"column": f"a{at}", "title": f"A{at}", "values": {f"v{v}": f"V{at}{v}" for v in range(size)}}
            for at, size in enumerate(self.finest.shape[:-1])
        }
        return AuditPlan.model_validate(
            {
                "columns": {"rules": "rules", "flagged": "" if self.ties else "flagged"},
                "capacity": {"share": max(flagged / scope, 1e-6)},
                "cuts": [0.6],
                "groups": {"attributes": attributes, "depth": self.depth},
                "gate": {"evidence": {"students": 40, "events": 10, "non_events": 10, "schools": 4}},
            }
        )


@dataclass(frozen=True)
class Attack:
    """All that is told of a case, as low <= rows @ unknowns <= high, and the truth."""

    case: Case
    record: dict[str, Any]
    verdict: dict[str, Any]
    telling: Telling

    @property
    def suppression(self) -> Suppression:
        """What is known of each count."""
        return self.telling.audited.suppression

    @classmethod
    def on(cls, case: Case, folder: Path) -> "Attack":
        """Publish an audit of the case, and read what was published."""
        judged, order = [], Order(folder / "out", date(2026, 11, 22))
        with patch("earlywarn.assess.published", lambda audited: judged.append(audited) or published(audited)):
            done = audit_scores(*case.write(folder), case.plan(), order, lambda step: None)
        record, verdict = (json.loads((done.folder / f"{name}.json").read_bytes()) for name in ("audit", "verdict"))
        return cls(case, record, verdict, Telling(judged[0]))

    @cached_property
    def truth(self) -> np.ndarray:
        """The unknowns as they are."""
        finest, atom = self.case.place
        outcome, state = atom // 3, atom % 3
        flags = self.case.score.round(6) >= 0.6
        cut = finest * CUT_ATOMS + outcome * 2 + flags
        cut = np.bincount(cut[state < 2], minlength=len(self.case.groups) * CUT_ATOMS)
        rules = np.where(state < 2, self.case.rules, -np.inf)
        found = np.zeros(len(finest), dtype=bool)
        found[np.argsort(-rules, kind="stable")[: int((state == 1).sum())]] = True
        gained = np.bincount(finest[found & (atom // 3 == 1) & (state < 2)], minlength=len(self.case.groups))
        return np.concatenate([self.case.groups.ravel(), cut, gained])

    @cached_property
    def told(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rows, low, high = zip(*self._told(), strict=True)
        return np.array(rows, dtype=float), np.array(low, dtype=float), np.array(high, dtype=float)

    @cached_property
    def rules(self) -> LinearConstraint:
        rows, low, high = self.told
        return LinearConstraint(csr_array(rows), low, high)

    def untrue(self) -> int:
        """Count what is told that is not true: then the attacker misreads, and no attack proves anything."""
        rows, low, high = self.told
        found = rows @ self.truth
        return int(((found < low - 1e-6) | (found > high + 1e-6)).sum())

    def least_and_most(self, asked: np.ndarray) -> tuple[int, int]:
        """Give the least and the most found within some seconds that a count may be for all that is told."""
        whole, found = np.ones(len(asked)), []
        for sign in (1.0, -1.0):
            result = milp(
                sign * asked, constraints=self.rules, integrality=whole, bounds=Bounds(0, np.inf),
                options={"time_limit": SECONDS},
            )  # fmt: skip
            found.append(round(asked @ (self.truth if result.x is None else np.round(result.x))))
        return found[0], found[1]

    def small(self) -> Iterator[tuple[str, np.ndarray, int]]:
        """Every count of a group that must not be found out, at the list that is served and at the further cut."""
        used = AUDITED.used(self.suppression.numbers[:, self._single])
        for cell in (cell for cell in self._cells.values() if self.adds_up(cell, "students") @ self.truth):
            for kind, atoms in AUDITED.counts.items():
                asked = self.adds_up(cell, kind)
                number = round(asked @ self.truth)
                if used[list(atoms)].any() and number < self.suppression.minimum:
                    yield f"{cell.slug} {kind}", asked, number
            for kind in ("flagged_missed", "overlooked", "flagged_met", "unflagged_met"):
                asked = self.adds_up(cell, kind, cut=True)
                if (number := round(asked @ self.truth)) < self.suppression.minimum:
                    yield f"{cell.slug} {kind} at the cut", asked, number

    @property
    def _single(self) -> list[int]:
        names = {atoms[0]: name for name, atoms in AUDITED.counts.items() if len(atoms) == 1}
        return [AUDITED.place[names[atom]] for atom in range(ATOMS)]

    @cached_property
    def _cells(self) -> dict[str, Cell]:
        return {cell.slug: cell for cell in self.suppression.groups}

    def inside(self, cell: Cell) -> np.ndarray:
        """1 for each finest group within a group."""
        shape, made = self.case.finest.shape[:-1], np.ones(self.case.finest.shape[:-1], dtype=int)
        for name, value in zip(cell.attributes, cell.values, strict=True):
            wanted = int(value[1:]) if value.startswith("v") else -1
            made = made * (np.indices(shape)[int(name[1:])] == wanted)
        return made.ravel()

    def adds_up(self, cell: Cell, kind: str, *, cut: bool = False) -> np.ndarray:
        """Which unknowns a count adds up."""
        atoms, inside = AUDITED.counts[kind], self.inside(cell)
        finest = len(inside)
        made = np.zeros(finest * (ATOMS + CUT_ATOMS + 1))
        if cut:
            held = [atom // 3 * 2 + atom % 3 for atom in atoms if atom % 3 < 2]
            block = made[finest * ATOMS : finest * (ATOMS + CUT_ATOMS)].reshape(finest, CUT_ATOMS)
        else:
            held, block = list(atoms), made[: finest * ATOMS].reshape(finest, ATOMS)
        block[:, held] = inside[:, None]
        return made

    def found_by_rules(self, cell: Cell) -> np.ndarray:
        """Which unknowns add up to those of a group whom the second list finds."""
        inside = self.inside(cell)
        return np.concatenate([np.zeros(len(inside) * (ATOMS + CUT_ATOMS)), inside])

    def _told(self) -> Iterator[Told]:
        yield from self._linked()
        for line in self.record["counted"]:
            for name, kind in COUNTED.items():
                yield from self._count(self._cells[line["group"]], kind, line[name], cut=False)
        for row in self.record["figures"]:
            yield from self._figure(row)
        for judgement in self.verdict["judgements"]:
            if judgement["low"] is not None and judgement["measure"] in SHARES and judgement["versus"]:
                cell = self._cells[judgement["group"]]
                yield from self._compared(judgement["measure"], cell, "capacity", judgement, Form.DIFFERENCE)

    def _linked(self) -> Iterator[Told]:
        """Both lists are of the same students, and either finds none who did not miss the standard."""
        for place in range(len(self.case.groups)):
            cut = np.zeros_like(self.truth, dtype=float)
            for outcome in range(3):
                row = cut.copy()
                row[place * ATOMS + outcome * 3 : place * ATOMS + outcome * 3 + 2] = 1
                at = len(self.case.groups) * ATOMS + place * CUT_ATOMS + outcome * 2
                row[at : at + 2] = -1
                yield row, 0, 0
            row = cut.copy()
            row[place * ATOMS + 3 : place * ATOMS + 5] = 1
            row[len(self.case.groups) * (ATOMS + CUT_ATOMS) + place] = -1
            yield row, 0, np.inf
        for cell in self._cells.values():  # who is there is told: a group that is hidden says so, an empty one too
            row = self.adds_up(cell, "students")
            yield (row, 1, np.inf) if row @ self.truth else (row, 0, 0)

    def _figure(self, row: dict[str, Any]) -> Iterator[Told]:
        measure, cell, cut = row["measure"], self._cells[row["group"]], row["cut"] != "capacity"
        students = OF_ALL.get(measure, "known")
        share = SHARES.get(measure)
        events, others = OTHERWISE.get(measure, ("missed", "met")) if share is None else (share.part, share.rest)
        kinds = {"students": students, "events": events, "non_events": others}
        if row["reason"] != "told as a difference only":
            for name, kind in kinds.items():
                yield from self._count(cell, kind, row[name], cut=cut)
            yield from self._judged(cell, kinds, row, cut=cut)
            yield from self._reasons(measure, cell, kinds, row["reason"], cut=cut)
        if share is not None:
            yield from self._valued(measure, cell, row)
        if measure == "recall_gain" and row["value"] is not None:
            part = self.adds_up(cell, "flagged_missed") - self.found_by_rules(cell)
            span = _read(row["value"], self._rate(measure, cell, row["cut"]))
            yield from self._between(part, self.adds_up(cell, "missed"), *span)
        for held in (row["to_reference"], row["to_everyone"]):
            if share is not None and held:
                for form in (Form.DIFFERENCE, Form.RATIO):
                    if held[form] and held[form]["value"] is not None:
                        yield from self._compared(measure, cell, row["cut"], held | held[form], form)

    def _rate(self, measure: str, cell: Cell, cut: str, versus: str = "", form: Form = Form.VALUE) -> Rate:
        found = self._figures[measure, cell, cut, versus, form]
        return self.telling.rate(found) if self.telling.shown(found) is Shown.ABOUT else NOT_SHOWN

    @cached_property
    def _figures(self) -> dict[tuple[str, Cell, str, str, Form], Figure]:
        return {(f.measure, f.cell, f.cut, f.versus, f.form): f for f in self.telling.audited.figures}

    def _count(self, cell: Cell, kind: str, number: int | None, *, cut: bool) -> Iterator[Told]:
        row = self.adds_up(cell, kind, cut=cut)
        truth = round(row @ self.truth)
        about = count_told(truth, self.suppression.minimum)
        if not number:
            yield row, 0, about.high if about.number is None else np.inf
        elif number == about.number and number != truth:
            yield row, about.low, about.high
        elif number == truth and not (number == about.number and self._is_about(cell, kind, cut=cut)):
            yield row, truth, truth
        elif number == about.number:
            yield row, about.low, about.high
        else:  # to the nearest ten, say
            yield row, number - 5, number + 4

    def _is_about(self, cell: Cell, kind: str, *, cut: bool) -> bool:
        return cut or not self.suppression.exact[self.suppression.place[cell], AUDITED.place[kind]]

    def _valued(self, measure: str, cell: Cell, row: dict[str, Any]) -> Iterator[Told]:
        share, cut = SHARES[measure], row["cut"] != "capacity"
        part, whole = self.adds_up(cell, share.part, cut=cut), self.adds_up(cell, share.whole, cut=cut)
        if bound := re.fullmatch(r"(under|over) (\d+) %", row["bound"]):
            limit = int(bound[2]) / 100
            yield from self._between(part, whole, *((0.0, limit) if bound[1] == "under" else (limit, 1.0)))
        if row["value"] is not None:
            yield from self._between(part, whole, *_read(row["value"], self._rate(measure, cell, row["cut"])))
            if row["low95"] is not None:
                yield from self._between(part, whole, row["low95"], row["high95"])

    def _compared(self, measure: str, cell: Cell, cut: str, held: dict[str, Any], form: Form) -> Iterator[Told]:
        """A difference to a share of which something is known bounds the other share."""
        share, at_cut, versus = SHARES[measure], cut != "capacity", held["versus"]
        names, other = (share.part, share.whole), self._cells.get(versus, EVERYONE)
        one, two = ([self.adds_up(each, name, cut=at_cut) for name in names] for each in (cell, other))
        if versus == OTHERS:
            two = [all_of - of for all_of, of in zip(two, one, strict=True)]
        low, high = _read(held["value"], self._rate(measure, cell, cut, versus, form))
        if (around := self._known(measure, versus, cut)) is not None:
            ends = (low * around[0], high * around[1]) if form is Form.RATIO else (low + around[0], high + around[1])
            yield from self._between(*one, *ends)
        wholes = [self._exactly(each, share.whole, cut=at_cut) for each in (cell, other)]
        if all(wholes) and form is Form.DIFFERENCE:
            yield one[0] / (one[1] @ self.truth) - two[0] / (two[1] @ self.truth), low - EDGE, high + EDGE

    def _exactly(self, cell: Cell, kind: str, *, cut: bool) -> bool:
        return not self._is_about(cell, kind, cut=cut)

    def _known(self, measure: str, versus: str, cut: str) -> tuple[float, float] | None:
        """What the audit says of the share that another is held against."""
        wanted = (measure, versus, cut)
        for other in self.record["figures"]:
            if (other["measure"], other["group"], other["cut"]) == wanted and other["value"] is not None:
                return _read(other["value"], self._rate(measure, self._cells[versus], cut))
        return None

    def _judged(self, cell: Cell, kinds: dict[str, str], row: dict[str, Any], *, cut: bool) -> Iterator[Told]:
        """Where there is an interval there is as much evidence as is asked for."""
        if row["low95"] is not None and not row["measure"].startswith("not_scored"):
            for name, kind in kinds.items():
                need = self.verdict["evidence"][name]
                yield self.adds_up(cell, kind, cut=cut), need, np.inf

    def _reasons(self, measure: str, cell: Cell, kinds: dict[str, str], reason: str, *, cut: bool) -> Iterator[Told]:
        nouns = NOUNS[measure]
        behind = (f"{nouns.whole}s?", f"students? {nouns.events}", f"students? {nouns.non_events}")
        for name, noun in zip(kinds, behind, strict=True):
            row, need = self.adds_up(cell, kinds[name], cut=cut), self.verdict["evidence"][name]
            if more := re.search(rf"at least ([\d,]+) more {noun}(;|$)", reason):
                number = need - int(more[1].replace(",", ""))
                yield row, number, number
            if about := re.search(rf"about ([\d,]+) {noun}, ", reason):
                number = int(about[1].replace(",", ""))
                span = count_told(round(row @ self.truth), self.suppression.minimum)
                low, high = (span.low, span.high) if span.number == number else (number - 5, number + 4)
                yield row, low, min(high, need - 1)

    def _between(self, part: np.ndarray, whole: np.ndarray, low: float, high: float) -> Iterator[Told]:
        yield part - (low - EDGE) * whole, 0.0, np.inf
        yield part - (high + EDGE) * whole, -np.inf, 0.0


def _read(value: float, rate: Rate) -> tuple[float, float]:
    """Give what a value stands for: itself where it is told as it is, else the step that it was rounded to."""
    if rate.value is None or rate.low is None or rate.high is None or abs(rate.value - value) > EDGE:
        return value - EDGE, value + EDGE
    return rate.low, rate.high
