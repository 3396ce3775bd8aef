"""``python -m bench.coverage``: how often the audit's intervals hold the truth, over made-up districts.

Every replicate draws a district and audits it whole. A figure counts where the audit claims enough
evidence; elsewhere it promises nothing. Doubtful cells are drawn again, with fresh seeds, and those draws
alone are told of them, so that no cell is listed for the bad luck by which it was found.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from bench.districts import GROUPS, Design, Population
from bench.truth import Key, Truth
from earlywarn.audit import measures as m
from earlywarn.audit import sheets
from earlywarn.audit.fairlearn import METRICS
from earlywarn.audit.figures import Figure
from earlywarn.audit.subject import audit_figures
from earlywarn.config.sections import Evidence

PLACE = Path("build/coverage.json")
LEVELS = (0.95, 0.90)
GOAL = 0.93
"""At least so often must an interval of 95 % hold the truth."""
BATCH = 50
COUNTS = ("replicates", "claimed", "held_95", "held_90", "below", "above")


@dataclass(frozen=True)
class Tally:
    """Of one design: counts by figure, shape (figures, COUNTS)."""

    design: Design
    keys: tuple[Key, ...]
    counts: np.ndarray


def designs() -> Iterator[Design]:
    """Cross schools, correlations and base rates; the list's length and uneven sizes take turns."""
    places = product(enumerate((10, 20, 40, 80, 200)), enumerate((0.0, 0.05, 0.10, 0.15)),
                     enumerate((0.05, 0.1, 0.2, 0.4)))  # fmt: skip
    for (i, schools), (j, correlation), (k, base) in places:
        yield Design(schools, correlation, base, (0.1, 0.2)[(i + j + k) % 2], bool((j + k // 2 + i // 2) % 2))


def tally(design: Design, seeds: np.random.SeedSequence, reps: int) -> Tally:
    """Audit ``reps`` districts of a design and count what their intervals hold."""
    sheets.confusion_measures = _ours
    population = Population(design)
    truth = Truth(population)
    keys: tuple[Key, ...] = ()
    for seed in seeds.spawn(reps):
        figures = audit_figures(population.draw(np.random.default_rng(seed)), GROUPS, Evidence())
        if not keys:
            keys = tuple(_key(figure) for figure in figures)
            true, counts = [truth.of(key) for key in keys], np.zeros((len(keys), len(COUNTS)), dtype=np.int64)
        counts += [_held(figure, value) for figure, value in zip(figures, true, strict=True)]
    return Tally(design, keys, counts)


def _ours(counts: np.ndarray) -> pd.DataFrame:
    """Stand in for Fairlearn's point values, which are equal (tests/audit) and would take nine tenths of the time."""
    sums = counts[None, None]
    return pd.DataFrame({name: m.left_out(m.BY_NAME[name], sums)[0] for name in METRICS})


def _key(figure: Figure) -> Key:
    return figure.measure, figure.cell.slug, figure.versus, figure.form.value, figure.cut


def _held(figure: Figure, true: float) -> tuple[int, ...]:
    """Count one figure: COUNTS."""
    if figure.estimate is None:
        return (1, 0, 0, 0, 0, 0)
    (low, high), (low_90, high_90) = (figure.estimate.interval(level) for level in LEVELS)
    return 1, 1, int(low <= true <= high), int(low_90 <= true <= high_90), int(high < true), int(low > true)


def main() -> None:
    """Draw, count, print one line a measure and form, and write build/coverage.json."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reps", type=int, default=100, help="districts a design")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--every", type=int, default=1, help="take each so many-th design")
    given = asked.parse_args()
    chosen = list(designs())[:: given.every]
    first, second = np.random.SeedSequence(given.seed).spawn(2)
    rows = _drawn(chosen, first, given.reps)
    table = rows.groupby(["measure", "form"], sort=False).apply(_line, include_groups=False)
    print(table.to_string(float_format=lambda value: f"{value:.3f}"))
    doubtful = _low(rows)
    again = [design for design in chosen if (doubtful[list(asdict(design))] == asdict(design)).all(axis=1).any()]
    low = _low(_drawn(again, second, AGAIN * given.reps).merge(doubtful[[*CELL, *DESIGN]])) if again else doubtful
    cells = rows["claimed"].gt(LEAST_CLAIMS).sum()
    print(f"\n{len(doubtful)} of {cells} cells (design x figure) looked lower than {GOAL:.0%};")
    print(f"drawn again, with {AGAIN} times as many fresh districts, {len(low)} lie surely under it")
    if len(low):
        print(low[[*CELL, *DESIGN, "claimed", "held"]].to_string(index=False))
    PLACE.parent.mkdir(exist_ok=True)
    record = {"reps": given.reps, "seed": given.seed, "designs": len(chosen), "cells": int(cells)}
    for name, part in (("table", table.reset_index()), ("doubtful", doubtful), ("low", low)):
        record[name] = json.loads(part.to_json(orient="records"))
    PLACE.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _drawn(chosen: list[Design], seeds: np.random.SeedSequence, reps: int) -> pd.DataFrame:
    tasks = zip(chosen, seeds.spawn(len(chosen)), strict=True)
    return _rows(Parallel(n_jobs=2)(delayed(tally)(design, each, reps) for design, each in tasks))


AGAIN = 3
"""So many times more districts are drawn where a cell looks low."""
CELL = ("measure", "group", "versus", "form", "cut")
DESIGN = tuple(field.name for field in fields(Design))
LEAST_CLAIMS = 50
"""Cells in which evidence was claimed less often say nothing of coverage by themselves."""


def _rows(found: Iterable[Tally]) -> pd.DataFrame:
    parts = []
    for one in found:
        part = pd.DataFrame(one.counts, columns=list(COUNTS))
        part[list(CELL)] = list(one.keys)
        parts.append(part.assign(**asdict(one.design)))
    return pd.concat(parts, ignore_index=True)


def _line(cells: pd.DataFrame) -> pd.Series:
    """Give one line of the table: how often evidence was claimed, and how often the intervals held the truth."""
    claimed = cells["claimed"].sum()
    full = cells[cells["claimed"] > LEAST_CLAIMS]
    worst = (full["held_95"] / full["claimed"]).min() if len(full) else np.nan
    return pd.Series(
        {
            "claimed": claimed / cells["replicates"].sum(),
            "held 95": cells["held_95"].sum() / max(claimed, 1),
            "held 90": cells["held_90"].sum() / max(claimed, 1),
            "worst 95": worst,
        }
    )


def _low(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the cells whose 95 % interval held the truth less often than GOAL, beyond two simulation errors."""
    full = rows[rows["claimed"] > LEAST_CLAIMS].assign(held=lambda part: part["held_95"] / part["claimed"])
    error = np.sqrt(GOAL * (1 - GOAL) / full["claimed"])
    return full[full["held"] < GOAL - 2 * error].sort_values("held")


if __name__ == "__main__":
    main()
