"""What may score: the sha256 must stand in the record and fit the bytes; verdicts bind."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from earlywarn.columns import Outcome
from earlywarn.errors import GateError, MachineError, ScorecardError, UsageError
from earlywarn.files import locked
from earlywarn.promotions import (
    EXPIRY,
    RECORD,
    Promotion,
    Waived,
    append,
    champion,
    check_in_force,
    load_scorecard,
    read_record,
)
from tests.scorecard.test_table import card

PASSED = Promotion(
    name="m", version=1, scorecard=card().sha256, promoted_on=date(2026, 1, 1), by="A. Person", verdict=Outcome.PASS,
    failed_rules=(), expires=None, waivers=(), verdict_sha256="v", audit_sha256="a", card_sha256="c", config_sha256="t",
)  # fmt: skip
TODAY = date(2026, 6, 1)


def promoted(home: Path, promotion: Promotion = PASSED) -> Path:
    """Put a scorecard in force."""
    with locked(home):
        append(home, promotion, card(), {"card.md": b"# card"})
    return home


def test_what_was_promoted_is_read_back(tmp_path: Path) -> None:
    promoted(tmp_path)
    assert read_record(tmp_path) == (PASSED,)
    assert champion(tmp_path) == PASSED
    assert load_scorecard(tmp_path, PASSED.scorecard) == card()


def test_the_newest_promotion_of_a_name_is_in_force(tmp_path: Path) -> None:
    promoted(tmp_path)
    promoted(tmp_path, replace(PASSED, version=2))
    assert champion(tmp_path, "m").version == 2


def test_one_changed_byte_is_refused(tmp_path: Path) -> None:
    path = promoted(tmp_path) / "scorecards" / f"{PASSED.scorecard}.json"
    path.write_bytes(path.read_bytes().replace(b"-0.5", b"-0.6", 1))
    with pytest.raises(ScorecardError, match="not those that were promoted"):
        load_scorecard(tmp_path, PASSED.scorecard)


def test_a_scorecard_that_lies_there_but_was_never_promoted_is_refused(tmp_path: Path) -> None:
    stray = card(intercept=9.0)
    (promoted(tmp_path) / "scorecards" / f"{stray.sha256}.json").write_bytes(stray.to_bytes())
    with pytest.raises(ScorecardError, match="never promoted"):
        load_scorecard(tmp_path, stray.sha256)


def test_a_missing_scorecard_and_a_broken_record_are_told(tmp_path: Path) -> None:
    (promoted(tmp_path) / "scorecards" / f"{PASSED.scorecard}.json").unlink()
    with pytest.raises(ScorecardError, match="is gone"):
        load_scorecard(tmp_path, PASSED.scorecard)
    with (tmp_path / RECORD).open("a") as file:
        file.write("{}\n")
    with pytest.raises(ScorecardError, match="line 2"):
        champion(tmp_path)


def test_no_model_and_several_models_are_told_with_their_names(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing has been promoted"):
        champion(tmp_path)
    promoted(tmp_path)
    with pytest.raises(UsageError, match="no promoted model is called 'x'"):
        champion(tmp_path, "x")
    promoted(tmp_path, replace(PASSED, name="other"))
    with pytest.raises(UsageError, match="m, other"):
        champion(tmp_path)


def test_a_fail_scores_only_with_every_failed_rule_waived() -> None:
    failed = replace(PASSED, verdict=Outcome.FAIL, failed_rules=("gap", "gain"))
    with pytest.raises(GateError, match="gain, gap"):
        check_in_force(failed, TODAY)
    one = replace(failed, waivers=(Waived("gap", "A", "because"),))
    with pytest.raises(GateError, match="gain"):
        check_in_force(one, TODAY)
    both = replace(failed, waivers=(*one.waivers, Waived("gain", "A", "because")))
    check_in_force(both, TODAY)
    assert "Waived by A (gap): because." in both.standing


def test_a_provisional_verdict_holds_to_its_day_and_no_longer() -> None:
    provisional = replace(PASSED, verdict=Outcome.PROVISIONAL, expires=TODAY)
    check_in_force(provisional, TODAY)
    with pytest.raises(GateError, match="expired on 2026-06-01"):
        check_in_force(provisional, date(2026, 6, 2))
    check_in_force(replace(provisional, waivers=(Waived(EXPIRY, "A", "audit is under way"),)), date(2026, 6, 2))


def test_a_clock_set_back_before_the_promotion_is_found_and_a_time_zone_is_not() -> None:
    check_in_force(PASSED, date(2025, 12, 31))
    with pytest.raises(MachineError, match=r"promoted on 2026-01-01.*clock \(1970-01-01\).*set the clock"):
        check_in_force(PASSED, date(1970, 1, 1))


def test_a_crash_before_the_line_leaves_the_old_champion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promoted(tmp_path)
    monkeypatch.setattr("earlywarn.promotions.canonical_json", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), locked(tmp_path):
        append(tmp_path, replace(PASSED, version=2), card(), {})
    monkeypatch.undo()
    assert champion(tmp_path).version == 1


def test_a_damaged_record_is_not_written_to(tmp_path: Path) -> None:
    """A line glued onto a broken one would be lost, and every later command with it."""
    promoted(tmp_path)
    for damage in (b'{"name":', b"\xff\xfe\n"):
        before = (tmp_path / RECORD).read_bytes()
        (tmp_path / RECORD).write_bytes(before + damage)
        with pytest.raises(ScorecardError, match="line 2"):
            promoted(tmp_path, replace(PASSED, version=2))
        assert (tmp_path / RECORD).read_bytes() == before + damage
        (tmp_path / RECORD).write_bytes(before)


def test_a_fail_without_named_rules_never_scores() -> None:
    with pytest.raises(GateError, match="the gate failed it"):
        check_in_force(replace(PASSED, verdict=Outcome.FAIL), TODAY)
