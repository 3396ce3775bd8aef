"""Small problems of seats solved by trying every way, and by a plain linear programme."""

from itertools import product

import numpy as np
from scipy import optimize, sparse

from earlywarn.allocate.problem import NOBODY, Problem


def best_by_trying(problem: Problem, kept: np.ndarray) -> int | None:
    """Give the largest sum of weights over every way to seat the students; None where no way is allowed."""
    supports = len(problem.seats)
    choices = [[NOBODY, *(k for k in range(supports) if answers >> k & 1)] for answers in problem.answers.tolist()]
    best = None
    for way in product(*choices):
        given = np.zeros_like(problem.least)
        for row, support in enumerate(way):
            if support != NOBODY:
                given[problem.place[row], support] += 1
        if (given < kept).any() or (given > problem.most).any() or (given.sum(axis=0) > problem.seats).any():
            continue
        value = sum(int(problem.weight[row]) for row, support in enumerate(way) if support != NOBODY)
        best = value if best is None or value > best else best
    return best


def best_by_programme(problem: Problem, kept: np.ndarray) -> float:
    """Give the largest sum of weights by HiGHS, one variable a student and support."""
    supports = len(problem.seats)
    row, support = np.nonzero(problem.answers[:, None] >> np.arange(supports) & 1)
    at = problem.place[row] * supports + support
    count, places = len(row), len(problem.least)
    one = np.ones(count)
    of_student = sparse.csr_matrix((one, (row, np.arange(count))), shape=(len(problem.weight), count))
    of_support = sparse.csr_matrix((one, (support, np.arange(count))), shape=(supports, count))
    of_place = sparse.csr_matrix((one, (at, np.arange(count))), shape=(places * supports, count))
    limits = np.concatenate([np.ones(len(problem.weight)), problem.seats, problem.most.ravel(), -kept.ravel()])
    found = optimize.linprog(
        -problem.weight[row].astype(float), sparse.vstack([of_student, of_support, of_place, -of_place]), limits,
        bounds=(0, 1), method="highs",
    )  # fmt: skip
    assert found.status == 0, found.message
    return -float(found.fun)
