"""``python -m bench.between``: how often the interval of the share between schools held the truth, a row a design.

Made-up districts with a known intra-class correlation, of normal values and of outcomes (a shared normal part, cut at
the share who miss; the truth of the outcomes is that of 2,000,000 pairs of one school).
"""

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy import stats

from earlywarn.columns import Coded
from earlywarn.within import share_between

SCHOOLS, TRUTHS, DRAWS, SIZE, MISS = (12, 30, 80), (0.02, 0.10, 0.25), 400, 40, 0.35
PAIRS = 2_000_000


def values_of(rng: np.random.Generator, school: np.ndarray, truth: float) -> np.ndarray:
    """Draw a value a student, of which so much of the variance is the school's."""
    shared = rng.normal(0, np.sqrt(truth), school.max() + 1)
    return np.asarray(shared[school] + rng.normal(0, np.sqrt(1 - truth), len(school)))


def truth_of_outcomes(truth: float) -> float:
    """Give the correlation of two outcomes of one school."""
    rng = np.random.default_rng(1)
    shared = rng.normal(0, np.sqrt(truth), PAIRS)
    cut = stats.norm.ppf(MISS)
    pair = [shared + rng.normal(0, np.sqrt(1 - truth), PAIRS) < cut for _ in range(2)]
    return float(np.corrcoef(pair[0], pair[1])[0, 1])


def held(schools: int, truth: float, outcomes: bool) -> tuple[int, int]:
    """Give in how many draws the 95 % interval held the truth, and in how many there was one."""
    rng, wanted = np.random.default_rng(schools), truth_of_outcomes(truth) if outcomes else truth
    right = told = 0
    for _ in range(DRAWS):
        sizes = rng.integers(SIZE // 2, 2 * SIZE, schools)
        school = np.repeat(np.arange(schools), sizes).astype(np.int32)
        values = values_of(rng, school, truth)
        if outcomes:
            values = (values < stats.norm.ppf(MISS)).astype(np.float64)
        found = share_between(values, Coded(school, tuple(map(str, range(schools)))))
        if found is not None:
            low, high = found.interval(0.95)
            told, right = told + 1, right + (low <= wanted <= high)
    return right, told


def rows() -> Iterator[str]:
    """Give a line a design."""
    for schools, truth, outcomes in product(SCHOOLS, TRUTHS, (False, True)):
        right, told = held(schools, truth, outcomes)
        kind = "outcomes" if outcomes else "values"
        yield f"{schools:3} schools, {truth:.2f} between, {kind:8}: {right / told:.3f} of {told}"


if __name__ == "__main__":
    for line in rows():
        print(line, flush=True)
