"""A scorecard read back from JSON is the same to the last bit; anything else is refused."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earlywarn.columns import Coded, Direction, InputSpec, InputType
from earlywarn.errors import ScorecardError
from earlywarn.scorecard.points import NONE, risk_of, score, total_points
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard, from_bytes

number = st.floats(-5, 5, allow_nan=False)


def _spec(name: str, kind: InputType = InputType.NUMBER) -> InputSpec:
    return InputSpec(name, name, kind, name.title(), risk=Direction.LOWER if kind is InputType.NUMBER else None)


def card(**changes: object) -> Scorecard:
    tables = (
        PointsTable(_spec("pieces"), Kind.PIECES, (-1.0, 0.0, 2.0), (1.5, 0.0, -1.0), 0.7, 0.1),
        PointsTable(_spec("steps"), Kind.STEPS, (0.0, 1.0), (-1.0, 0.25, 0.5), None, 0.4),
        PointsTable(_spec("colour", InputType.CATEGORY), Kind.CATEGORIES, ("blue", "red"), (-0.5, 0.5), 0.1, "red"),
    )
    levels = (LevelMeaning("High", 0.5, 100, 0.6, 0.5, 0.7), LevelMeaning("Low", 0.0))
    return Scorecard(
        **{"name": "m", "candidate": "c", "intercept": -0.5, "tables": tables, "levels": levels, **changes}
    )


def values(n: int = 500, seed: int = 0) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    columns = {name: rng.normal(scale=2, size=n) for name in ("pieces", "steps")}
    for column in columns.values():
        column[rng.random(n) < 0.2] = np.nan
    return columns | {"colour": Coded(rng.integers(-1, 3, n).astype(np.int32), ("blue", "green", "red"))}


def test_a_scorecard_read_back_scores_the_same_to_the_last_bit() -> None:
    again = from_bytes(card().to_bytes())
    assert again == card()
    assert again.sha256 == card().sha256
    assert (total_points(again, values()) == total_points(card(), values())).all()


@given(st.lists(number, min_size=3, max_size=3), number, number)
def test_any_points_survive_json(points: list[float], intercept: float, slope: float) -> None:
    table = PointsTable(_spec("x"), Kind.PIECES, (-1.0, 0.1, 0.3), tuple(points), None, 0.0)
    one = card(tables=(table,), intercept=intercept, slope=slope)
    assert from_bytes(one.to_bytes()) == one


def test_points_equal_a_calculation_by_hand() -> None:
    rows = {
        "pieces": np.array([-9.0, -0.5, 1.0, np.nan]),
        "steps": np.array([0.0, np.nan, 5.0, -1.0]),
        "colour": Coded(np.array([0, 1, 2, -1], dtype=np.int32), ("red", "green", "blue")),
    }
    expected = [
        -0.5 + 1.5 + 0.25 + 0.5,
        -0.5 + 0.75 + 0 + 0.1,
        -0.5 - 0.5 + 0.5 - 0.5,
        -0.5 + 0.7 - 1.0 + 0.1,
    ]
    assert total_points(card(), rows) == pytest.approx(expected, abs=1e-15)


def test_an_input_never_missing_in_training_takes_typical_points() -> None:
    assert card().tables[1].missing is None
    rows = values() | {"steps": np.full(500, np.nan)}
    without = card(tables=(card().tables[0], card().tables[2]))
    assert (total_points(card(), rows) == total_points(without, rows)).all()


def test_blocks_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score(card(), values())
    monkeypatch.setattr("earlywarn.scorecard.points.BLOCK", 7)
    parts = score(card(), values())
    assert (whole.points == parts.points).all()
    assert (whole.reasons == parts.reasons).all()


def test_a_student_alone_has_the_strengths_that_the_same_student_has_among_others() -> None:
    rows, among = values(), score(card(), values())
    for place in range(40):
        here = slice(place, place + 1)
        alone = score(card(), {n: c.take(np.arange(place, place + 1)) if isinstance(c, Coded) else c[here]
                               for n, c in rows.items()})  # fmt: skip
        assert alone.reasons.tolist() == among.reasons[here].tolist()
        assert alone.strengths.tolist() == among.strengths[here].tolist()


def test_the_only_input_of_a_scorecard_is_not_reason_and_strength_at_once() -> None:
    found = score(card(tables=card().tables[:1]), {"pieces": np.array([-1.0, 2.0])})
    assert found.reasons[:, 0].tolist() == [0, NONE]
    assert found.strengths[:, 0].tolist() == [NONE, 0]


@given(st.permutations(range(60)))
def test_shuffling_rows_changes_no_risk(order: list[int]) -> None:
    rows = values(60)
    place = np.array(order)
    shuffled = {n: c.take(place) if isinstance(c, Coded) else c[place] for n, c in rows.items()}
    assert (score(card(), shuffled).risk == score(card(), rows).risk[place]).all()


def test_a_strength_is_never_shown_as_a_reason() -> None:
    found, rows = score(card(), values()), values()
    for place, table in enumerate(card().tables):
        alone = total_points(card(tables=(table,), intercept=0.0), {table.spec.name: rows[table.spec.name]})
        assert (alone[(found.reasons == place).any(axis=1)] > 0).all()
        assert (alone[(found.strengths == place).any(axis=1)] < 0).all()


def test_what_is_missing_may_be_a_reason_but_is_nobodys_strength() -> None:
    tables = (PointsTable(_spec("pieces"), Kind.PIECES, (0.0,), (0.0,), -2.0, 0.0),)
    found = score(card(tables=tables), {"pieces": np.array([np.nan])})
    assert found.strengths.tolist() == [[NONE] * 3]
    raised = (PointsTable(_spec("pieces"), Kind.PIECES, (0.0,), (0.0,), 2.0, 0.0),)
    assert score(card(tables=raised), {"pieces": np.array([np.nan])}).reasons[0, 0] == 0


def test_reasons_are_the_heaviest_in_order_by_brute_force() -> None:
    rows, found = values(), score(card(), values())
    heights = np.column_stack(
        [total_points(card(tables=(t,), intercept=0.0), {t.spec.name: rows[t.spec.name]}) for t in card().tables]
    )
    for row, chosen in zip(heights, found.reasons, strict=True):
        expected = [place for place in np.argsort(-row, kind="stable") if row[place] >= 0.05]
        assert [place for place in chosen if place != NONE] == expected


def test_risk_is_calibrated_and_rank_is_not() -> None:
    plain, bent = card(), card(slope=2.0, shift=0.3)
    assert (total_points(plain, values()) == total_points(bent, values())).all()
    assert risk_of(bent, np.array([0.5])) == pytest.approx(1 / (1 + np.exp(-1.3)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda raw: raw.update(format="other"), "another format"),
        (lambda raw: raw.update(surplus=1), "keys missing or surplus"),
        (lambda raw: raw.pop("intercept"), "keys missing or surplus"),
        (lambda raw: raw["tables"][0]["points"].append(1.0), "do not fit"),
        (lambda raw: raw["tables"][0]["values"].reverse(), "not ascending"),
        (lambda raw: raw["tables"][0].update(kind="code"), "Kind"),
        (lambda raw: raw.update(intercept="1"), "number"),
        (lambda raw: raw.update(tables=3), "TypeError"),
    ],
)
def test_whatever_is_not_a_scorecard_is_refused(change: object, reason: str) -> None:
    raw = json.loads(card().to_bytes())
    change(raw)
    with pytest.raises(ScorecardError, match=f"not a scorecard.*{re.escape(reason)}"):
        from_bytes(json.dumps(raw).encode())


@pytest.mark.parametrize("content", [b"", b"\x80\x04K\x01.", b"[]", b"null", b'{"format":NaN}'])
def test_a_pickle_or_any_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ScorecardError):
        from_bytes(content)
