"""Two audits held against each other, against draws of the same schools a year later."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earlywarn.audit.against import BY_SCHOOL, Kept, changes, keep, read_kept, school_keys, write_kept
from earlywarn.errors import UsageError
from earlywarn.histograms import Scored
from tests.audit.test_measures import audited, students

HEAD = ("made up", "2026-11-22", "a standard")


def kept(scored: Scored, names: tuple[str, ...] | None = None) -> Kept:
    return keep(audited(scored), school_keys(names or scored.school.names), HEAD)


def test_an_audit_against_itself_changes_nothing() -> None:
    one = kept(students())
    found = changes(one, one)
    assert len(found) > 100
    assert all(change.now - change.before == 0 or np.isnan(change.now) for change in found)
    assert not any(change.is_more_than_noise for change in found)


def test_the_same_schools_are_left_out_of_both_audits_at_once() -> None:
    """The schools' luck stays: the change is then surer than two independent audits would make it."""
    one, other = kept(students(seed=1, luck=1.5)), kept(students(seed=1, luck=1.5))
    apart = replace(other, keys=school_keys([f"other {place}" for place in range(30)]))
    moved = keep([replace(f, value=f.value + 0.01) for f in audited(students(seed=1, luck=1.5))], one.keys, HEAD)
    key = ("prevalence", "all", "")
    same = next(c for c in changes(moved, one) if (c.measure, c.group, c.versus) == key)
    other_schools = next(c for c in changes(moved, apart) if (c.measure, c.group, c.versus) == key)
    assert same.difference is None
    assert other_schools.difference is not None
    assert other_schools.difference.se > 0.02


def test_years_without_a_change_are_seldom_called_a_change() -> None:
    """Fresh students in the same schools, 12 pairs of years: the 95 % interval of the change holds 0."""
    inside = []
    for seed in range(12):
        pair = [kept(students(1200, 40, 2 * seed + year, luck=0.0)) for year in (0, 1)]
        found = [c for c in changes(*pair) if c.measure in ("recall", "prevalence") and c.difference is not None]
        assert found
        inside += [low <= 0 <= high for low, high in (c.difference.interval(0.95) for c in found)]  # type: ignore[union-attr]
    assert np.mean(inside) > 0.92


def test_a_true_change_is_found() -> None:
    before, after = students(6000, 60, 3, luck=0.2), students(6000, 60, 4, luck=0.2, gap=1.2)
    found = {(c.measure, c.group, c.versus): c for c in changes(kept(after), kept(before))}
    gap = found["same_risk_gap", "lunch-F", "lunch-N"]
    assert gap.is_more_than_noise
    assert gap.now > gap.before


def test_what_is_kept_is_read_back_and_is_private(tmp_path: Path) -> None:
    one = kept(students(800, 12))
    write_kept(one, tmp_path / BY_SCHOOL)
    back = read_kept(tmp_path)
    assert (tmp_path / BY_SCHOOL).stat().st_mode & 0o077 == 0
    assert back.keys == one.keys
    assert list(back.figures) == list(one.figures)
    for key, figure in one.figures.items():
        assert back.figures[key].parts == pytest.approx(figure.parts, abs=0)


def test_a_folder_without_an_audit_or_with_a_damaged_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=BY_SCHOOL):
        read_kept(tmp_path)
    (tmp_path / BY_SCHOOL).write_bytes(b"PAR1 not really")
    with pytest.raises(UsageError, match="damaged"):
        read_kept(tmp_path)


def test_groups_too_small_then_or_now_are_named_and_not_compared() -> None:
    small, large = kept(students(300, 12)), kept(students())
    found = changes(large, small)
    lacking = [c for c in found if c.reason]
    assert lacking
    assert all(c.difference is None and c.q is None for c in lacking)
    assert any(c.reason.startswith("then: too little data") for c in lacking)
