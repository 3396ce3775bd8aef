"""Batch-score a roster into a score run, from promotions alone: the order of steps, nothing else.

It knows neither the registry nor scikit-learn; what may score stands in promotions.jsonl.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from earlywarn.bands import DISTRICT, Served, district_account, refuse_too_many_without_a_band, rest_of
from earlywarn.changes.compare import compare
from earlywarn.changes.earlier import changes_record, find_earlier
from earlywarn.config.load import parse_serving
from earlywarn.errors import Fault, RosterError
from earlywarn.files import locked, publish_file, publish_folder, readable_json, settle, sha256_of, sweep
from earlywarn.promotions import Promotion, champion, check_in_force, check_papers, load_scorecard
from earlywarn.report.summarise import Scored, profile_of, summarise
from earlywarn.report.summary_page import summary_page
from earlywarn.roster.blocks import Source
from earlywarn.roster.judge import Way, one_by_one
from earlywarn.roster.profile import profile_of as profile_of_roster
from earlywarn.roster.quarantine import share_faults, write_quarantine
from earlywarn.roster.read import open_source
from earlywarn.score_run import (
    QUARANTINE,
    SUMMARY,
    Counts,
    Manifest,
    StoredRun,
    open_run,
    refuse_withdrawn,
    whole_run,
    write_manifest,
)
from earlywarn.scorecard.table import Scorecard
from earlywarn.scoring.drift import moved
from earlywarn.scoring.finish import code_counts, finish
from earlywarn.scoring.model import NOT_ENOUGH, OUT_OF_SCOPE, SCORED, Model
from earlywarn.scoring.stream import Streamed, Wanted, stream
from earlywarn.scoring.sums import Sums

AGAIN = "mend the roster, or promote another model, and score that: the same roster and model give the same list"


@dataclass(frozen=True)
class Order:
    """What to score and where to: ``name`` is the model, ``today`` decides whether its verdict still holds.

    ``grades`` leaves all other rows out, where they are another band's. ``way`` is how blocks are judged and scored:
    in this process, or by an engine.
    """

    roster: Path
    out: Path
    home: Path
    as_of: date
    today: date
    name: str | None = None
    with_inputs: bool = True
    grades: tuple[str, ...] = ()
    way: Way = one_by_one


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
    model = Model(card, parse_serving(card.serving, f"scorecard {card.sha256[:12]}"), order.as_of)
    source = open_source(order.roster, model.serving.roster.reading)
    sha256 = source.sha256()
    folder = order.out / _run_name(order, sha256, promotion)
    with locked(order.out):
        sweep(order.out)
        if folder.exists() or folder.is_symlink():
            settle(order.out)
            return refuse_withdrawn(whole_run(folder), AGAIN), False
        publish_folder(folder, _Run(order, promotion, model, (source, sha256), tell).fill)
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
        {"grades": list(band.grades), "model": band.experiment.name, "run": run.name,
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
    model: Model
    roster: tuple[Source, str]
    tell: Callable[[str], None]

    def fill(self, folder: Path) -> None:
        """Score into a spill, rank, write; the spill goes."""
        order, model = self.order, self.model
        self.tell("reading and scoring the roster")
        wanted = Wanted(self.roster[0], order.grades, order.way)
        streamed = stream(wanted, model, folder, inputs=order.with_inputs)
        self._refuse(streamed)
        self.tell(f"writing {streamed.counts.accepted:,} students")
        sums = finish(streamed, model, folder, inputs=order.with_inputs)
        write_quarantine(streamed.refusals, folder / QUARANTINE)
        self._tell_of(folder, streamed, sums)

    def _tell_of(self, folder: Path, streamed: Streamed, sums: Sums) -> None:
        card, order = self.model.card, self.order
        earlier = find_earlier(order.out, card.name, order.as_of)
        changes = compare(earlier.run, folder, card, order.home) if earlier.run else None
        scored = Scored(
            card=card,
            serving=self.model.serving,
            sums=sums,
            refusals=streamed.refusals,
            codes=_codes(streamed),
            changes=changes,
            passed_over=tuple(passed.words for passed in earlier.passed_over),
            moved=_moved(earlier.run, self.promotion.scorecard, _spread(card, streamed)),
        )
        manifest = replace(self._manifest(streamed, scored), changes=changes_record(earlier, changes))
        (folder / SUMMARY).write_text(summary_page(summarise(scored, manifest)), encoding="utf-8")
        write_manifest(folder, manifest)

    def _refuse(self, streamed: Streamed) -> None:
        model, serving, file = self.model, self.model.serving, streamed.file
        again = f"'earlywarn check {file} --config EXPERIMENT.toml --quarantine FILE' lists every one"
        key, remedy = "roster.max_quarantined", f"mend the rows below; {again}"
        if faults := share_faults(streamed, serving.roster.max_quarantined, key, remedy):
            raise RosterError(faults)
        if not streamed.status[SCORED] + streamed.status[NOT_ENOUGH]:
            years = ", ".join(map(str, streamed.years[:8]))
            raise RosterError(
                Fault(file, f"no row is in scope: none of school year {model.year} in a grade that the model serves",
                      f"grades {', '.join(serving.cohort.grades)} of school year {model.year}; "
                      f"the file has school years {years} and grades {', '.join(_grades(streamed, model))}",
                      "give --as-of a day in the school year of this roster, or a roster of this year and these grades")
            )  # fmt: skip

    def _manifest(self, streamed: Streamed, scored: Scored) -> Manifest:
        door = profile_of_roster(streamed.tally, streamed.counts, self.model.serving)
        return Manifest(
            name=self.model.card.name,
            version=self.promotion.version,
            as_of=self.order.as_of,
            scorecard=self.promotion.scorecard,
            verdict=self.promotion.verdict.value,
            standing=self.promotion.standing,
            counts=_counts(streamed, scored.sums),
            inputs={streamed.file: self.roster[1]},
            files={},
            promotion=self.promotion.to_json(),
            profile=profile_of(scored, _spread(self.model.card, streamed)) | {"door": door.to_json()},
            software={name: version(name) for name in ("earlywarn", "numpy", "pyarrow")},
        )


def _spread(card: Scorecard, streamed: Streamed) -> dict[str, list[int]]:
    return {spec.name: counts.tolist() for spec, counts in zip(card.specs, streamed.spread, strict=True)}


def _moved(
    before: StoredRun | None, scorecard: str, spread: Mapping[str, Sequence[int]]
) -> tuple[tuple[str, float], ...]:
    """Tell which inputs lie otherwise than in the run before; by another scorecard they are counted otherwise too."""
    if before is None or before.manifest.scorecard != scorecard:
        return ()
    return moved(before.manifest.profile.get("spread", {}), spread)


def _codes(streamed: Streamed) -> dict[str, dict[str, int]]:
    return {column: code_counts(streamed, column) for column in streamed.tally.codes}


def _grades(streamed: Streamed, model: Model) -> list[str]:
    held = code_counts(streamed, model.serving.roster.grade)
    return [grade for grade in model.serving.standard.grades if held.get(grade)]


def _counts(streamed: Streamed, sums: Sums) -> Counts:
    return Counts(
        rows_in=streamed.counts.rows_in,
        scored=int(sums.status[SCORED]),
        not_enough_data=int(sums.status[NOT_ENOUGH]),
        out_of_scope=int(sums.status[OUT_OF_SCOPE]),
        merged=streamed.counts.merged,
        quarantined=streamed.counts.quarantined,
        flagged=sums.flagged,
    )


def _run_name(order: Order, sha256: str, promotion: Promotion) -> str:
    """Name the run by its day and by all that decides its bytes."""
    parts = (
        sha256,
        promotion.scorecard,
        str(promotion.to_json()),
        str(order.with_inputs),
        version("earlywarn"),
        *order.grades,
    )
    return f"{order.as_of}-{sha256_of('|'.join(parts).encode())[:12]}"
