"""The stream of score gives what the door held whole and the scorecard give, wherever its blocks are cut."""

import csv
import gzip
import io
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings

from earlywarn.capacity import make_list, seats_for
from earlywarn.columns import Coded
from earlywarn.inputs import input_values, known_count
from earlywarn.roster import pieces
from earlywarn.roster.door import open_roster
from earlywarn.roster.read import open_source
from earlywarn.roster.survey import survey
from earlywarn.score_run import FLAGS, GROUPS, INPUTS, SCORES
from earlywarn.scorecard.levels import level_of
from earlywarn.scorecard.points import score
from earlywarn.scorecard.table import Kind, LevelMeaning, PointsTable, Scorecard
from earlywarn.scoring import flags, spill, writing
from earlywarn.scoring import stream as stream_module
from earlywarn.scoring.finish import finish
from earlywarn.scoring.model import SCORED, STATUSES, Model
from earlywarn.scoring.spill import Spill
from earlywarn.scoring.stream import Streamed, Wanted, stream
from earlywarn.scoring.sums import Sums
from tests.roster.made import DEMO_SERVING, GOOD, line, row, rows, serving, text_of
from tests.roster.test_laws import some_rows
from tests.roster.test_survey import CONFIG, HEADER, mapped

LEVELS = (LevelMeaning("High", 0.6), LevelMeaning("Some", 0.3), LevelMeaning("Low", 0.0))


def card() -> Scorecard:
    """Give a scorecard with a table of each kind for the demo's inputs."""
    rng, tables = np.random.default_rng(5), []
    for place, spec in enumerate(DEMO_SERVING.inputs):
        if spec.type == "category":
            tables.append(PointsTable(spec, Kind.CATEGORIES, ("a\nb", "small"), (0.7, -0.4), 0.2, "small"))
            continue
        knots = (-2.0, -0.5, 0.0, 1.0)
        kind = Kind.STEPS if place % 2 else Kind.PIECES
        points = tuple(rng.normal(size=4 + (kind is Kind.STEPS)).round(1).tolist())
        tables.append(PointsTable(spec, kind, knots, points, 0.3 if place else None, 0.0))
    return Scorecard("demo", "additive", -0.2, tuple(tables), LEVELS, slope=0.9, shift=0.1)


MODEL = Model(card(), DEMO_SERVING, date(1986, 6, 30))


@dataclass(frozen=True)
class Done:
    """A roster scored: what was counted, and the files as plain values."""

    streamed: Streamed
    sums: Sums
    scores: list[dict[str, object]]
    groups: list[dict[str, object]]
    inputs: list[dict[str, object]]
    listed: bytes


def scored(roster: Path, folder: Path, model: Model = MODEL) -> Done:
    """Score a roster into a folder."""
    folder.mkdir(exist_ok=True)
    source = open_source(roster, model.serving.roster.reading)
    streamed = stream(Wanted(source), model, folder, inputs=True)
    streamed = replace(streamed, points=streamed.points.copy())
    sums = finish(streamed, model, folder, inputs=True)
    files = (pq.read_table(folder / name).to_pylist() for name in (SCORES, GROUPS, INPUTS))
    return Done(streamed, sums, *files, (folder / FLAGS).read_bytes())


def of_content(folder: Path, content: bytes, model: Model = MODEL) -> Done:
    """Score bytes."""
    (folder / "roster.csv").write_bytes(content)
    return scored(folder / "roster.csv", folder / "out", model)


def held_whole(roster: Path, model: Model = MODEL) -> dict[str, dict[str, object]]:
    """Score as one would with all rows in memory; by student and year."""
    door = open_roster(roster, model.serving)
    accepted, cohort, table = door.roster, model.serving.cohort, model.card
    values = input_values(table.specs, accepted.numbers, accepted.texts, accepted.grade)
    served = np.array([*(name in cohort.grades for name in accepted.grade.names), False])[accepted.grade.codes]
    in_scope = served & (accepted.school_year == 1986)
    enough = known_count(cohort.known_inputs, values) >= cohort.min_known
    rows_ = np.flatnonzero(in_scope & enough)
    found = score(table, {n: v.take(rows_) if isinstance(v, Coded) else v[rows_] for n, v in values.items()})
    seats = seats_for(model.serving.capacity.share, int(in_scope.sum()))
    listed = make_list(found.points, accepted.student_id[rows_], model.serving.seed, seats)
    level = level_of(found.risk, table.levels).texts()
    names = [spec.name for spec in table.specs]
    own = {
        int(place): {
            "points": found.points[i], "risk": found.risk[i], "level": level[i], "rank": listed.rank[i],
            "flagged": bool(listed.flagged[i]), "reasons": [names[p] for p in found.reasons[i] if p >= 0],
            "strengths": [names[p] for p in found.strengths[i] if p >= 0],
        }
        for i, place in enumerate(rows_)
    }  # fmt: skip
    blank = {
        "points": None,
        "risk": None,
        "level": None,
        "rank": None,
        "flagged": False,
        "reasons": [],
        "strengths": [],
    }
    return {
        f"{student} {accepted.school_year[place]}": own.get(place, blank)
        | {"status": STATUSES[0 if place in own else 1 if in_scope[place] else 2], "school_id": school}
        for place, (student, school) in enumerate(zip(accepted.student_id, accepted.school_id.texts(), strict=True))
    }


def same(roster: Path, done: Done) -> None:
    """Hold the stream against all rows in memory; years are not among the scores, so rows go by student and values."""
    expected = held_whole(roster)
    found = [{key: each[key] for key in next(iter(expected.values()))} for each in done.scores] if expected else []
    by_student: dict[str, list[dict[str, object]]] = {}
    for each, values in zip(done.scores, found, strict=True) if expected else ():
        by_student.setdefault(str(each["student_id"]), []).append(values)
    wanted: dict[str, list[dict[str, object]]] = {}
    for key, values in expected.items():
        wanted.setdefault(key.rsplit(" ", 1)[0], []).append(values)
    assert {
        k: sorted(v, key=lambda each: str(each["status"]) + str(each["school_id"])) for k, v in by_student.items()
    } == {k: sorted(v, key=lambda each: str(each["status"]) + str(each["school_id"])) for k, v in wanted.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("streamed")


@settings(max_examples=120, deadline=None)
@given(cells=some_rows)
def test_the_stream_scores_what_the_door_and_the_scorecard_do(folder: Path, cells: list[dict[str, str]]) -> None:
    (folder / "roster.csv").write_bytes(text_of(*map(line, cells)))
    door = open_roster(folder / "roster.csv", DEMO_SERVING)
    assume(door.counts.accepted > 0)
    done = scored(folder / "roster.csv", folder / "out")
    assert done.streamed.counts == door.counts
    assert sorted(done.streamed.refusals, key=str) == sorted(door.refusals, key=str)
    assert done.sums.status.sum() == door.counts.accepted == len(done.scores) == len(done.groups) == len(done.inputs)
    same(folder / "roster.csv", done)


@pytest.fixture
def tiny_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut everything into a few rows each."""
    monkeypatch.setattr(pieces, "PIECE", 700)
    monkeypatch.setattr(spill, "ROWS", 7)
    monkeypatch.setattr(writing, "ROWS", 20)
    monkeypatch.setattr(flags, "STUDENTS", 15)


def many() -> bytes:
    """Give a roster of 90 rows, some repeated, refused, of other years or without results."""
    rng, cells = np.random.default_rng(3), []
    for number in range(90):
        changed = {
            "school_id": f"{5 * number % 7:03d}",
            "read": str(rng.integers(380, 600)),
            "age": str(rng.integers(-2, 5)),
        }
        cells.append(
            row(student_id=f"{number:04d}", class_type=str(rng.choice(["small", "a\nb", "new", ""])), **changed)
        )
    cells[10]["read"], cells[20]["school_year"], cells[30]["grade"] = "many", "1985", "9"
    cells[40]["read"] = cells[40]["math"] = ""
    return text_of(*map(line, [*cells, cells[3], cells[50], cells[60] | {"race": "B"}]))


def test_where_blocks_are_cut_changes_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    whole = of_content(tmp_path, many())
    request.getfixturevalue("tiny_blocks")
    cut = of_content(tmp_path, many())
    assert len(cut.streamed.spill.lengths) > 5
    assert (cut.scores, cut.groups, cut.inputs, cut.listed) == (whole.scores, whole.groups, whole.inputs, whole.listed)
    assert (cut.sums.levels == whole.sums.levels).all()
    assert cut.streamed.counts == whole.streamed.counts
    same(tmp_path / "roster.csv", cut)


def test_where_blocks_are_cut_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROWS", 20)
    monkeypatch.setattr(spill, "ROWS", 7)
    found = []
    for piece, students in ((1 << 20, 10_000), (700, 15), (1_500, 15)):
        monkeypatch.setattr(pieces, "PIECE", piece)
        monkeypatch.setattr(flags, "STUDENTS", students)
        of_content(tmp_path, many())
        found.append([(tmp_path / "out" / name).read_bytes() for name in (SCORES, GROUPS, INPUTS, FLAGS)])
    assert pq.ParquetFile(tmp_path / "out" / SCORES).num_row_groups > 3
    assert found[0] == found[1] == found[2]


def test_a_second_spell_is_scored_with_the_days_of_both_and_stands_once(tmp_path: Path, tiny_blocks: None) -> None:
    model = replace(MODEL, serving=CONFIG)
    others = [mapped(student_id=f"{number:04d}") for number in range(100, 130)]
    first = mapped(student_id="0001", days_absent="4", days_absent_excused="0", attendance_rate="")
    second = mapped(
        student_id="0001", school_id="077", entry_date="1986-01-10", days_enrolled="60", attendance_rate="",
        days_absent="5", days_absent_excused="0",
    )  # fmt: skip
    done = of_content(tmp_path, text_of(first, *others, second, header=HEADER), model)
    own = [each for each in done.scores if each["student_id"] == "0001"]
    assert [each["school_id"] for each in own] == ["077"]
    assert (done.streamed.counts.merged, done.streamed.counts.accepted) == (1, 31)
    assert sum(counts.sum() for counts in done.streamed.spread) == 31 * len(MODEL.card.tables)


@pytest.mark.parametrize("days", [("01/02/1986", "01/25/1986"), ("02/01/1986", "25/01/1986")])
def test_a_file_gone_through_twice_for_its_dates_counts_every_row_once(
    tmp_path: Path, tiny_blocks: None, monkeypatch: pytest.MonkeyPatch, days: tuple[str, str]
) -> None:
    begun: list[Path] = []
    monkeypatch.setattr(stream_module, "Spill", lambda folder, *a, **k: begun.append(folder) or Spill(folder, *a, **k))
    lines = [mapped(student_id=f"{number:04d}", entry_date=days[number >= 60]) for number in range(90)]
    done = of_content(tmp_path, text_of(*lines, *lines[3:5], header=HEADER), replace(MODEL, serving=CONFIG))
    assert len(begun) == 2
    assert (done.streamed.counts.rows_in, done.streamed.counts.merged, len(done.scores)) == (92, 2, 90)
    assert len({each["student_id"] for each in done.scores}) == 90
    assert done.streamed.status.tolist() == done.sums.status.tolist()


def test_rows_that_were_read_again_count_once_in_the_tally(tmp_path: Path) -> None:
    tally = of_content(tmp_path, many()).streamed.tally
    door = open_roster(tmp_path / "roster.csv", DEMO_SERVING)
    assert tally.rows.sum() == sum(tally.schools.values()) == door.counts.accepted
    found = {name: counts.sum() for name, counts in tally.codes["sex"].items()}
    assert sum(found.values()) + tally.missing["sex"].sum() == door.counts.accepted


def test_a_grade_that_is_a_group_too_counts_each_row_once(tmp_path: Path) -> None:
    model = replace(MODEL, serving=serving(('column = "lunch"', 'column = "grade"')))
    tally = of_content(tmp_path, many(), model).streamed.tally
    assert sum(counts.sum() for counts in tally.codes["grade"].values()) == tally.rows.sum()


def test_a_category_is_told_by_its_own_name_however_blocks_number_theirs(tmp_path: Path, tiny_blocks: None) -> None:
    tables = tuple(
        replace(table, points=(2.0, 1.9)) if table.kind is Kind.CATEGORIES else table for table in MODEL.card.tables
    )
    cells = [row(student_id=f"{n:04d}", class_type="small" if n < 20 else "a\nb") for n in range(40)]
    done = of_content(tmp_path, text_of(*map(line, cells)), replace(MODEL, card=replace(MODEL.card, tables=tables)))
    spilt = {each["student_id"]: each["class_type"] for each in done.inputs}
    told = list(csv.DictReader(io.StringIO(done.listed.decode())))
    assert told
    for each in told:
        assert ("a\nb" in each["reasons"]) == (spilt[each["student_id"]] == "a\nb"), each["student_id"]


@pytest.mark.parametrize("form", ["file", "gzip", "parts"])
@pytest.mark.parametrize("race", ["W", "B"])
def test_a_row_that_swallowed_others_is_refused_once_and_takes_nobody_with_it(
    tmp_path: Path, form: str, race: str
) -> None:
    first, *rest = (line(row(student_id=number, race=race)) for number in ("0002", "0091", "0092"))
    open_, closed = first.replace(",small,", ',"small,'), rest[-1].replace(",small,", ',small",')
    content = text_of(*map(line, rows(6)), open_, rest[0], closed, line(row(student_id="0050")))
    path = tmp_path / "roster.csv"
    if form == "parts":
        path.mkdir()
        (path / "a.csv").write_bytes(text_of(line(row(student_id="0060"))))
        (path / "b.csv").write_bytes(content)
    else:
        path.write_bytes(gzip.compress(content) if form == "gzip" else content)
    door, done = open_roster(path, DEMO_SERVING), scored(path, tmp_path / "out")
    assert done.streamed.counts == door.counts == survey(path, DEMO_SERVING).counts
    assert sorted(done.streamed.refusals, key=str) == sorted(door.refusals, key=str)
    assert done.sums.status.sum() == door.counts.accepted
    same(path, done)


def test_rows_by_place_in_each_table_add_up_to_the_students_scored(tmp_path: Path) -> None:
    done = of_content(tmp_path, many())
    for place, (table, counts) in enumerate(zip(MODEL.card.tables, done.streamed.spread, strict=True)):
        values = [
            each[table.spec.name] for each, s in zip(done.inputs, done.scores, strict=True) if s["status"] == "scored"
        ]
        assert counts.sum() == done.sums.status[SCORED], place
        if table.kind is Kind.CATEGORIES:
            expected = [values.count(name) for name in table.values]
        else:
            known = [value for value in values if value is not None]
            expected = [
                sum(sum(v >= knot for knot in table.values) == at for v in known) for at in range(len(table.values) + 1)
            ]
        assert counts.tolist() == [*expected, len(values) - sum(expected)]


@pytest.mark.parametrize("form", ["csv", "gzip", "parquet", "parts"])
def test_every_format_gives_the_same_scores(tmp_path: Path, form: str) -> None:
    cells = [each | {"read": str(400 + 3 * number)} for number, each in enumerate(rows(60))]
    cells.append(cells[7])
    whole = of_content(tmp_path, text_of(*map(line, cells)))
    path = tmp_path / "other"
    if form == "gzip":
        path.write_bytes(gzip.compress(text_of(*map(line, cells))))
    elif form == "parquet":
        numbers = {"read", "math", "read_before", "math_before", "age"}
        columns = {c: [float(each[c]) if c in numbers else each[c] for each in cells] for c in GOOD}
        pq.write_table(pa.table(columns), path, row_group_size=25)
    elif form == "parts":
        path.mkdir()
        (path / "a.csv").write_bytes(text_of(*map(line, cells[:25])))
        (path / "b.csv").write_bytes(text_of(*map(line, cells[25:])))
    else:
        path.write_bytes(text_of(*map(line, cells), end="\r\n"))
    other = scored(path, tmp_path / "out")
    assert other.scores == whole.scores
    assert other.listed == whole.listed
    assert other.streamed.counts.merged == 1


def test_the_list_is_written_school_by_school_in_order_of_rank(tmp_path: Path, tiny_blocks: None) -> None:
    done = of_content(tmp_path, many())
    table = {each["student_id"]: each for each in done.scores}
    ids = [each["student_id"] for each in csv.DictReader(io.StringIO(done.listed.decode()))]
    flagged = [each for each in done.scores if each["flagged"]]
    assert sorted(ids) == sorted(str(each["student_id"]) for each in flagged)
    assert ids == sorted(ids, key=lambda student: (table[student]["school_id"], table[student]["rank"]))
    assert not [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_what_scored_students_lack_leaves_out_those_with_not_enough_data(tmp_path: Path) -> None:
    cells = [*rows(20), row(student_id="0100", read="", math=""), row(student_id="0101", read="")]
    done = of_content(tmp_path, text_of(*map(line, cells)))
    place = [spec.name for spec in MODEL.card.specs].index("reading")
    assert done.sums.status.tolist() == [21, 1, 0]
    assert (done.sums.missing[place], done.sums.missing_scored[place]) == (2, 1)
