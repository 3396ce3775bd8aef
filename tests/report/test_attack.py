"""Nothing that an audit publishes gives a small count away: all of it is turned against the counts.

By integer programming over every number of audit.json and verdict.json, and by trying every table of a small district.
EARLYWARN_ATTACKS=20 tries more districts, and more counts of each.
"""

import os
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from earlywarn.audit.rounding import count_told
from earlywarn.report.beside import Beside
from earlywarn.report.pages import audit_page
from earlywarn.report.published import published
from earlywarn.report.records import audit_record, verdict_record
from tests.audit.test_suppression import MINIMUM, drawn
from tests.report.attacker import Attack, Case

DISTRICTS = int(os.environ.get("EARLYWARN_ATTACKS", "1"))
SHAPES = [((3, 4, 9), 2), ((2, 2, 2, 9), 3), ((5, 9), 1)]


@pytest.fixture
def attacked(request: pytest.FixtureRequest, tmp_path: Path) -> Attack:
    return Attack.on(request.param, tmp_path)


def cases(**more: int) -> list[Case]:
    return [
        Case(drawn(seed, shape), depth, seed, **more) for (shape, depth), seed in product(SHAPES, range(DISTRICTS + 1))
    ]


@pytest.mark.parametrize("attacked", cases(), indirect=True, ids=lambda case: f"{case.finest.shape}-{case.seed}")
def test_every_small_count_could_be_any_of_three_for_all_that_is_told(attacked: Attack) -> None:
    assert not attacked.untrue()
    small = list(attacked.small())
    assert small
    for place in np.random.default_rng(attacked.case.seed).permutation(len(small))[: 4 * DISTRICTS]:
        name, asked, number = small[place]
        least, most = attacked.least_and_most(asked)
        assert least <= number <= most, name
        assert most - least >= 2, name


def test_by_trying_every_table_a_small_count_could_be_any_of_three(tmp_path: Path) -> None:
    """Of a district of two groups; what the attacker holds of ten atoms is tried on all that they might be."""
    finest = np.zeros((2, 9), dtype=int)
    finest[0, [0, 1, 3, 4]] = 60, 14, 9, 21
    finest[1, [0, 1, 3, 4]] = 74, 31, 16, 40
    attack = Attack.on(Case(finest, depth=1), tmp_path)
    truth, used = attack.truth, np.flatnonzero(finest.ravel())
    rows, low, high = attack.told
    beyond = rows[:, finest.size :].any(axis=1)  # what is told of further lists is left to integer programming
    rows, low, high = rows[~beyond], low[~beyond], high[~beyond]
    spans = [np.arange(max(truth[place] - 4, 0), truth[place] + 5) for place in used[:4]]
    tables = np.tile(truth, (9**4, 1))
    tables[:, used[:4]] = np.stack(np.meshgrid(*spans, indexing="ij"), axis=-1).reshape(-1, 4)
    # Totals by atom are told as they are: what one group has more the other has less.
    tables[:, used[4:]] -= tables[:, used[:4]] - truth[used[:4]]
    found = tables @ rows.T
    fits = tables[((found >= low - 1e-6) & (found <= high + 1e-6)).all(axis=1)]
    assert (fits == truth).all(axis=1).any()
    for name, asked, _ in attack.small():
        if not asked[finest.size :].any():
            assert len(np.unique(fits @ asked)) >= 3, name


@pytest.mark.parametrize("attacked", [Case(drawn(3, (3, 4, 9)), 2, 3, ties=12)], indirect=True)
def test_of_students_tied_at_the_cut_no_small_count_is_told(attacked: Attack) -> None:
    """By chance, as figures weigh them, a count may be small that is not in the order of the rows."""
    told = {f["group"]: f for f in attacked.record["figures"] if (f["measure"], f["cut"]) == ("recall", "capacity")}
    known = attacked.suppression
    for cell, row in zip(known.groups, known.numbers, strict=True):
        for name, kind in (("events", "flagged_missed"), ("non_events", "overlooked")):
            number = row[known.kinds.place[kind]]
            if row[0] and number < known.minimum - 1e-6:
                assert not told[cell.slug][name]


@pytest.mark.parametrize("attacked", cases()[:2], indirect=True, ids=["0", "1"])
def test_pages_know_no_more_of_a_count_than_what_is_told(attacked: Attack) -> None:
    """One student more wherever that is told in the same words changes no byte, once the figures are published."""
    told = published(attacked.telling.audited)
    known = told.suppression
    alike = np.vectorize(lambda number: count_told(int(number), MINIMUM) == count_told(int(number) + 1, MINIMUM))
    more = alike(known.numbers) & ~known.exact & (known.numbers[:, :1] > 0)
    assert more.any()
    other = replace(told, suppression=replace(known, numbers=known.numbers + more))
    for papers in (lambda a: audit_page(a, Beside()), audit_record, verdict_record):
        assert papers(told) == papers(other)


def test_an_unsuppressed_audit_is_told_as_it_is(tmp_path: Path) -> None:
    audited = replace(Attack.on(Case(drawn(0, (5, 9)), 1), tmp_path).telling.audited, unsuppressed=True)
    assert published(audited) == audited
