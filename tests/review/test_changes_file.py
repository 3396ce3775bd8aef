"""changes.csv is read as the score run wrote it, or refused."""

from pathlib import Path

import pytest

from earlywarn.changes.rows import _PLACES
from earlywarn.errors import ScorecardError, UsageError
from earlywarn.review.changes_file import CHANGES, Change, Place, read_changes
from earlywarn.score_run import MANIFEST, open_run, write_manifest
from tests.changes.made import Brute, Student, card_of, write_run
from tests.changes.test_compare import compared

CARD = card_of([-1.0, 1.0, 2.0, 0.0, 0.5, -0.5, 0.0, 0.0])
THEN = {"=1+1": Student(), "01": Student(x=2.0), "02": Student(), "03": Student(x=1.0)}
NOW = {"=1+1": Student(x=2.0), "01": Student(), "02": Student(), "03": Student(x=1.0)}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    compared(tmp_path, Brute((THEN, NOW), (CARD, CARD), (1, 1)))
    folder = tmp_path / "now"
    manifest = open_run(folder).manifest
    (folder / MANIFEST).unlink()
    write_manifest(folder, manifest)
    return folder


def test_changes_are_read_by_the_students_own_ids(run: Path) -> None:
    found = read_changes(run, NOW)
    assert set(found) == {"=1+1", "01"}
    assert found["=1+1"].place is Place.NEW
    assert found["=1+1"].level_input == "Days absent: 0 days -> 2 days"
    assert found["01"].place is Place.LEFT


def test_a_change_is_said_in_a_line(run: Path) -> None:
    found = read_changes(run, NOW)
    assert found["=1+1"].words == "New on the list. Low → High: days absent"
    assert found["01"].words == "No longer on the list. High → Low: days absent"


def change(**cells: object) -> Change:
    made = dict.fromkeys(Change.__dataclass_fields__, "") | {"place": Place.STAYED}
    return Change(**(made | cells))  # type: ignore[arg-type]


def test_a_place_that_moved_without_the_level_names_its_own_input() -> None:
    moved = change(
        place=Place.NEW, list_input="Age: in years: 7 years -> 8 years", level_before="High", level_now="High"
    )
    assert moved.words == "New on the list: age: in years"


def test_an_input_that_cannot_be_named_is_not() -> None:
    assert change(level_before="Low", level_now="High", level_input="no one input").words == "Low → High"
    told = "not known: no inputs were kept"
    assert change(level_before="Low", level_now="High", level_input=told).words == "Low → High"
    assert change(standing_before="not in the roster").words == ""


def test_one_altered_byte_is_refused(run: Path) -> None:
    path = run / CHANGES
    path.write_bytes(path.read_bytes().replace(b"High", b"Huge"))
    with pytest.raises(ScorecardError, match="not the file"):
        read_changes(run, NOW)
    path.unlink()
    with pytest.raises(ScorecardError, match="not the file"):
        read_changes(run, NOW)


def test_another_form_is_refused_without_a_students_value(run: Path) -> None:
    path, manifest = run / CHANGES, open_run(run).manifest
    path.write_bytes(path.read_bytes().replace(b"new on the list", b"secret"))
    (run / MANIFEST).unlink()
    write_manifest(run, manifest)
    with pytest.raises(ScorecardError, match="not the form") as caught:
        read_changes(run, NOW)
    assert "secret" not in str(caught.value)


def test_a_first_run_has_no_changes(tmp_path: Path) -> None:
    write_run(tmp_path / "first", NOW, CARD, 1)
    assert read_changes(tmp_path / "first", NOW) == {}
    with pytest.raises(UsageError):
        read_changes(tmp_path / "none", NOW)


def test_the_places_are_those_that_score_writes() -> None:
    assert set(_PLACES) == {place.value for place in Place}
