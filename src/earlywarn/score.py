"""Batch-score a roster into a score run, from promotions alone: the order of steps, nothing else.

It knows neither the registry nor scikit-learn; what may score stands in promotions.jsonl.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earlywarn.arrow import write_csv
from earlywarn.bands import DISTRICT, Served, district_account, refuse_too_many_without_a_band, rest_of
from earlywarn.capacity import make_list, seats_for
from earlywarn.columns import Bools, Coded, Floats, Ints, Status
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.errors import Fault, RosterError
from earlywarn.files import locked, publish_file, publish_folder, readable_json, settle, sha256_of, sweep
from earlywarn.inputs import Values, input_values, known_count
from earlywarn.promotions import Promotion, champion, check_in_force, check_papers, load_scorecard
from earlywarn.report.flags import flags_table
from earlywarn.report.summarise import Beside, change_since, profile_of, summarise
from earlywarn.report.summary_page import summary_page
from earlywarn.roster.door import Door, check_share, open_roster
from earlywarn.roster.quarantine import write_quarantine
from earlywarn.score_run import (
    FLAGS,
    GROUPS,
    INPUTS,
    QUARANTINE,
    SCORES,
    SUMMARY,
    Counts,
    Manifest,
    ScoredRows,
    StoredRun,
    earlier_run,
    keyed_table,
    open_run,
    scores_table,
    whole_run,
    write_manifest,
    write_parquet,
)
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import NONE
from earlywarn.scorecard.points import score as score_values
from earlywarn.scorecard.table import PointsTable, Scorecard

STATUSES = tuple(status.value for status in Status)
SCORED, NOT_ENOUGH, OUT_OF_SCOPE = range(3)


@dataclass(frozen=True)
class Order:
    """What to score and where to: ``name`` is the model, ``today`` decides whether its verdict still holds.

    ``grades`` leaves all other rows out, where they are another band's.
    """

    roster: Path
    out: Path
    home: Path
    as_of: date
    today: date
    name: str | None = None
    with_inputs: bool = True
    grades: tuple[str, ...] = ()


def score(order: Order, tell: Callable[[str], None]) -> tuple[StoredRun, bool]:
    """Write the score run of a roster; one that is already whole is left as it is.

    Returns
    -------
    StoredRun, bool
        The run, and whether it was written just now.

    Raises
    ------
    EarlywarnError
        The roster, the record, the gate or the machine refuse; then nothing is written.
    """
    promotion = champion(order.home, order.name)
    check_papers(order.home, promotion)
    check_in_force(promotion, order.today)
    card = load_scorecard(order.home, promotion.scorecard)
    serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    tell("reading the roster")
    door = open_roster(order.roster, serving, order.grades)
    check_share(door, serving)
    folder = order.out / _run_name(order, door, promotion)
    with locked(order.out):
        sweep(order.out)
        if folder.exists() or folder.is_symlink():
            settle(order.out)
            return whole_run(folder), False
        tell(f"scoring {door.counts.accepted:,} students")
        rows, values = score_rows(card, serving, door, order.as_of)
        run = _Run(order, promotion, card, serving, door, rows, values)
        publish_folder(folder, run.fill)
    return open_run(folder), True


@dataclass(frozen=True)
class ScoredDistrict:
    """The score run of each band and whether it was written just now; the account of every row, and where it stands."""

    runs: tuple[tuple[StoredRun, bool], ...]
    account: dict[str, Any]
    path: Path


def score_district(order: Order, bands: tuple[Served, ...], tell: Callable[[str], None]) -> ScoredDistrict:
    """Write a score run for each band by the model of its experiment, and the district's account beside them.

    The rows that are refused without a band are listed there too.

    Raises
    ------
    EarlywarnError
        As ``score``; bands before the one that is refused keep their runs. Too many rows are refused without a band.
    """
    tell("reading the roster")
    rest = rest_of(order.roster, bands)
    refuse_too_many_without_a_band(rest, bands)
    runs = tuple(score(replace(order, name=band.experiment.name, grades=band.grades), tell) for band in bands)
    told = [
        {"grades": list(band.grades), "model": band.experiment.name, "run": run.folder.name,
         "counts": vars(run.manifest.counts)}
        for band, (run, _) in zip(bands, runs, strict=True)
    ]  # fmt: skip
    account, path = district_account(told, rest), order.out / f"{order.as_of}-{DISTRICT}"
    publish_file(path, readable_json(account))
    write_quarantine(rest.refusals, path.with_name(f"{path.stem}-{QUARANTINE}"))
    return ScoredDistrict(runs, account, path)


@dataclass(frozen=True)
class _Run:
    """What fills the folder of one score run."""

    order: Order
    promotion: Promotion
    card: Scorecard
    serving: Serving
    door: Door
    rows: ScoredRows
    values: Values

    def fill(self, folder: Path) -> None:
        rows, door = self.rows, self.door
        write_parquet(scores_table(rows), folder / SCORES)
        write_parquet(keyed_table(rows.student_id, door.groups.attributes), folder / GROUPS, private=True)
        if self.order.with_inputs:
            write_parquet(keyed_table(rows.student_id, self.values), folder / INPUTS, private=True)
        write_csv(flags_table(rows, self.card, self.values), str(folder / FLAGS))
        write_quarantine(door.refusals, folder / QUARANTINE)
        before = earlier_run(self.order.out, self.card.name, self.order.as_of)
        page = summarise(
            rows, self.card, self.serving, self._manifest(), door, Beside(change_since(before, rows), self.values)
        )
        (folder / SUMMARY).write_text(summary_page(page), encoding="utf-8")
        write_manifest(folder, self._manifest())

    def _manifest(self) -> Manifest:
        return Manifest(
            name=self.card.name,
            version=self.promotion.version,
            as_of=self.order.as_of,
            scorecard=self.promotion.scorecard,
            verdict=self.promotion.verdict.value,
            standing=self.promotion.standing,
            counts=self._counts(),
            inputs={self.door.file: self.door.sha256},
            files={},
            promotion=self.promotion.to_json(),
            profile=profile_of(self.rows, self.values, self.door.groups) | {"door": self.door.profile.to_json()},
            software={name: version(name) for name in ("earlywarn", "numpy", "pyarrow")},
        )

    def _counts(self) -> Counts:
        by_status = np.bincount(self.rows.status.codes, minlength=len(STATUSES))
        return Counts(
            rows_in=self.door.counts.rows_in,
            scored=int(by_status[SCORED]),
            not_enough_data=int(by_status[NOT_ENOUGH]),
            out_of_scope=int(by_status[OUT_OF_SCOPE]),
            merged=self.door.counts.merged,
            quarantined=self.door.counts.quarantined,
            flagged=int(self.rows.flagged.sum()),
        )


def _run_name(order: Order, door: Door, promotion: Promotion) -> str:
    """Name the run by its day and by all that decides its bytes."""
    parts = (
        door.sha256,
        promotion.scorecard,
        str(promotion.to_json()),
        str(order.with_inputs),
        version("earlywarn"),
        *order.grades,
    )
    return f"{order.as_of}-{sha256_of('|'.join(parts).encode())[:12]}"


def score_rows(card: Scorecard, serving: Serving, door: Door, as_of: date) -> tuple[ScoredRows, Values]:
    """Give every accepted row its status, and the scored ones risk, level, rank, reasons and strengths."""
    roster = door.roster
    values = input_values(card.specs, roster.numbers, roster.texts, roster.grade)
    status = _statuses(door, serving, values, as_of)
    rows = np.flatnonzero(status == SCORED)
    scores = score_values(card, {n: v.take(rows) if isinstance(v, Coded) else v[rows] for n, v in values.items()})
    in_scope = int((status != OUT_OF_SCOPE).sum())
    listed = make_list(
        scores.points, roster.student_id[rows], serving.seed, seats_for(serving.capacity.share, in_scope)
    )
    level = level_of(scores.risk, card.levels)
    count = len(roster)
    return ScoredRows(
        student_id=roster.student_id,
        school=roster.school_id,
        grade=roster.grade,
        status=Coded(status, STATUSES),
        risk=_spread(scores.risk, rows, count, np.nan),
        points=_spread(scores.points, rows, count, np.nan),
        level=Coded(_spread(level.codes, rows, count, -1), level.names),
        rank=_spread(listed.rank, rows, count, 0),
        flagged=_spread(listed.flagged, rows, count, False),
        reasons=_spread(scores.reasons, rows, count, NONE),
        strengths=_spread(scores.strengths, rows, count, NONE),
        missing=_missing(card, values, status),
        input_names=tuple(spec.name for spec in card.specs),
    ), values


def _statuses(door: Door, serving: Serving, values: Values, as_of: date) -> NDArray[np.int32]:
    roster, year = door.roster, serving.cohort.school_year(as_of)
    served = np.array([name in serving.cohort.grades for name in roster.grade.names] + [False])[roster.grade.codes]
    in_scope = served & (roster.school_year == year)
    if not in_scope.any():
        years = ", ".join(str(y) for y in np.unique(roster.school_year)[:8])
        raise RosterError(
            Fault(door.file, f"no row is in scope: none of school year {year} in a grade that the model serves",
                  f"grades {', '.join(serving.cohort.grades)} of school year {year}; the file has school years {years}",
                  "give --as-of a day in the school year of this roster, or the roster of this year")
        )  # fmt: skip
    enough = known_count(serving.cohort.known_inputs, values) >= serving.cohort.min_known
    return np.where(in_scope, np.where(enough, SCORED, NOT_ENOUGH), OUT_OF_SCOPE).astype(np.int32)


def _missing(card: Scorecard, values: Values, status: NDArray[np.int32]) -> Bools:
    """Tell what is missing as scored: a category that the table does not know counts as missing."""
    gone = [_gone(table, values[table.spec.name]) for table in card.tables]
    return np.asarray(np.column_stack(gone) & (status != OUT_OF_SCOPE)[:, None])


def _gone(table: PointsTable, column: "Floats | Coded") -> Bools:
    if not isinstance(column, Coded):
        return np.isnan(column)
    known = np.array([name in table.values for name in column.names] + [False])
    return np.asarray(~known[column.codes])


def _spread(part: "np.ndarray", rows: Ints, count: int, otherwise: float) -> "np.ndarray":
    whole = np.full((count, *part.shape[1:]), otherwise, dtype=part.dtype)
    whole[rows] = part
    return whole
