"""What the desk is handed: taken as docs/handover.md shows it, refused where it contradicts itself, no value told."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from earlywarn import handover
from earlywarn.errors import EarlywarnError, RosterError, UsageError
from earlywarn.handover import AllocationForm, FollowedForm, read_allocation, read_followed

PAGE = Path(__file__).resolve().parents[1] / "docs" / "handover.md"
EXAMPLES = [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)]
ALLOCATION, FOLLOWED = EXAMPLES
READERS: list[tuple[dict[str, Any], Callable[[Path], BaseModel]]] = [
    (ALLOCATION, read_allocation), (FOLLOWED, read_followed),
]  # fmt: skip
BOTH = pytest.mark.parametrize(("example", "read"), READERS, ids=["allocation", "followed"])
SECRET = "unmistakable"


def written(folder: Path, value: Any) -> Path:
    path = folder / "handed.json"
    path.write_text(json.dumps(value), "utf-8")
    return path


def faults_of(folder: Path, read: Callable[[Path], BaseModel], value: Any) -> list[str]:
    with pytest.raises(RosterError) as caught:
        read(written(folder, value))
    assert SECRET not in str(caught.value)
    return [str(fault) for fault in caught.value.faults]


def places(*pairs: tuple[str, str]) -> dict[str, Any]:
    return ALLOCATION | {"places": [{"student_id": student, "support": support} for student, support in pairs]}


def promise(**changes: Any) -> dict[str, Any]:
    return FOLLOWED | {"promises": [FOLLOWED["promises"][0] | changes]}


# ── what is taken ───────────────────────────────────────────────────────────────────────────────────


def test_the_examples_of_the_page_are_read_to_the_last_field(tmp_path: Path) -> None:
    allocation = read_allocation(written(tmp_path, ALLOCATION))
    followed = read_followed(written(tmp_path, FOLLOWED))
    assert allocation.model_dump(mode="json") == ALLOCATION
    assert followed.model_dump(mode="json") == FOLLOWED
    assert allocation.places[0].student_id == "0042"


def test_the_forms_name_the_formats() -> None:
    assert (ALLOCATION["format"], FOLLOWED["format"]) == (handover.ALLOCATION, handover.FOLLOWED)
    formats = [form.model_fields["format"].annotation for form in (AllocationForm, FollowedForm)]
    assert [each.__args__[0] for each in formats] == [handover.ALLOCATION, handover.FOLLOWED]


def test_a_student_may_have_a_place_in_several_supports_and_seats_may_stay_free(tmp_path: Path) -> None:
    mentor = {"name": "mentor", "seats": 5, "words": "An hour a week"}
    both = places(("0042", "tutoring"), ("0042", "mentor")) | {"supports": [*ALLOCATION["supports"], mentor]}
    assert len(read_allocation(written(tmp_path, both)).places) == 2


@BOTH
def test_a_file_of_nothing_but_its_head_is_taken(
    tmp_path: Path, example: dict[str, Any], read: Callable[[Path], BaseModel]
) -> None:
    bare = {key: [] if isinstance(value, list) else value for key, value in example.items()}
    assert read(written(tmp_path, bare)).model_dump(mode="json") == bare


# ── what contradicts itself ─────────────────────────────────────────────────────────────────────────


def test_a_place_in_no_support_is_named_by_its_number(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, read_allocation, places(("0042", "tutoring"), (SECRET, "tennis")))
    assert "in no support of the list: places 2;" in fault


def test_more_places_than_seats_are_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, read_allocation, places(*((f"{n}", "tutoring") for n in range(3))))
    assert "support 'tutoring' has 2 seats and 3 places" in fault


def test_a_student_twice_in_one_support_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, read_allocation, places((SECRET, "tutoring"), (SECRET, "tutoring")))
    assert "said before: places 2;" in fault


def test_all_contradictions_are_told_at_once_and_of_many_places_the_first(tmp_path: Path) -> None:
    twice = {"supports": ALLOCATION["supports"] * 2}
    astray = [(f"{n}", "tennis") for n in range(9)]
    faults = faults_of(tmp_path, read_allocation, places(*[(SECRET, "tutoring")] * 3, *astray) | twice)
    assert len(faults) == 4
    assert any("in no support of the list: places 4, 5, 6, 7, 8 and 4 more;" in fault for fault in faults)


@pytest.mark.parametrize("side", ["said", "came"])
def test_a_judgement_of_which_one_side_is_not_told_is_refused(tmp_path: Path, side: str) -> None:
    (fault,) = faults_of(tmp_path, read_followed, promise(**{side: None}))
    assert "promises[1]: held is told" in fault


def test_a_share_outside_of_its_interval_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, read_followed, promise(said={"share": 0.5, "low": 0.6, "high": 0.7}))
    assert "promises[1].said" in fault


@pytest.mark.parametrize(("students", "suppressed"), [(3, True), (None, False)])
def test_a_number_is_null_exactly_where_it_is_suppressed(
    tmp_path: Path, students: int | None, suppressed: bool
) -> None:
    row = FOLLOWED["reach"][0] | {"students": students, "suppressed": suppressed}
    (fault,) = faults_of(tmp_path, read_followed, FOLLOWED | {"reach": [row]})
    assert "reach[1]: students must be null where suppressed" in fault


def test_a_level_or_a_stage_told_twice_is_refused(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, read_followed, FOLLOWED | {key: FOLLOWED[key] * 2 for key in ("promises", "reach")})
    assert len(faults) == 2


# ── what is not the form ────────────────────────────────────────────────────────────────────────────


@BOTH
def test_every_field_that_is_gone_surplus_or_of_another_kind_is_refused(
    tmp_path: Path, example: dict[str, Any], read: Callable[[Path], BaseModel]
) -> None:
    for key in example:
        (gone,) = faults_of(tmp_path, read, {name: value for name, value in example.items() if name != key})
        (other,) = faults_of(tmp_path, read, example | {key: 7.5})
        assert f"handed.json: {key}: " in gone
        assert f"handed.json: {key}: " in other
    (surplus,) = faults_of(tmp_path, read, example | {"one_more": SECRET})
    assert "one_more" in surplus


def test_faults_of_many_parts_are_told_at_once(tmp_path: Path) -> None:
    spoilt = places((SECRET, "tutoring")) | {"scorecard": SECRET, "policy": " ", "format": SECRET}
    spoilt["places"] += [{"student_id": 42, "support": "tutoring"}]
    faults = faults_of(tmp_path, read_allocation, spoilt)
    assert [fault.split(": ")[1] for fault in faults] == ["format", "scorecard", "policy", "places[2].student_id"]


def test_of_very_many_faults_the_first_are_told_and_the_others_counted(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, read_allocation, ALLOCATION | {"places": [SECRET] * 500})
    assert len(faults) == handover.FAULTS_SHOWN + 1
    assert "480 more faults" in faults[-1]


@BOTH
@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"unmistakable', b'{"promises": NaN}'])
def test_what_is_no_such_file_at_all_is_refused_without_its_text(
    tmp_path: Path, example: dict[str, Any], read: Callable[[Path], BaseModel], content: bytes
) -> None:
    (tmp_path / "handed.json").write_bytes(content)
    with pytest.raises(RosterError) as caught:
        read(tmp_path / "handed.json")
    assert SECRET not in str(caught.value)


@BOTH
def test_a_share_that_is_no_number_is_refused(
    tmp_path: Path, example: dict[str, Any], read: Callable[[Path], BaseModel]
) -> None:
    spoilt = json.dumps(example).replace("0.62", "NaN").replace('"seats": 2', '"seats": Infinity')
    (tmp_path / "handed.json").write_text(spoilt)
    with pytest.raises(EarlywarnError):
        read(tmp_path / "handed.json")


@BOTH
def test_no_file_and_a_folder_are_wrong_use(
    tmp_path: Path, example: dict[str, Any], read: Callable[[Path], BaseModel]
) -> None:
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(UsageError):
            read(path)
