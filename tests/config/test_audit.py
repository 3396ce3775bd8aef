"""The plan of an audit says what can be meant, or every fault is told at once."""

from pathlib import Path

import pytest

from earlywarn.config.audit import AuditPlan, ScoreIs, found_groups
from earlywarn.config.load import load_plan
from earlywarn.config.sections import Gate
from earlywarn.errors import ConfigError, UsageError
from tests.district import TOML

WHOLE = """
name = "vendor-2024"
title = "The vendor's scores of 2024"
standard = "graduating on time"
note = "two schools sent nothing"
seed = 7
missing = ["", "-"]
max_quarantined = 0.05
partial_pooling = true
cuts = [0.3, 0.5]

[columns]
student_id = "Student Number"
score = "Risk"
flagged = ""
outcome = "left"
school_id = "campus"
rules = "indicators"
groups_student_id = "id"

[outcome]
missed = ["Y", "true"]
met = ["N", "false"]

[flagged]
yes = ["x"]
no = [""]

[groups]
depth = 3
[groups.attributes.sex]
column = "sex"
title = "Sex"
values = { F = "Girls", M = "Boys" }
reference = "M"

[capacity]
share = 0.1

[[levels]]
name = "High"
start = 0.5
[[levels]]
name = "Low"
start = 0.0

[gate]
confidence = 0.95
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    path = tmp_path / "experiment.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


def plan_of(folder: Path, text: str, experiment: Path | None = None) -> AuditPlan:
    path = folder / "audit.toml"
    path.write_text(text, encoding="utf-8")
    return load_plan(path, experiment)


def faults(folder: Path, text: str, experiment: Path | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        plan_of(folder, text, experiment)
    return str(caught.value)


def test_nothing_needs_to_be_said() -> None:
    plan = load_plan()
    assert plan == AuditPlan()
    assert plan.groups is None
    assert (plan.outcome.missed, plan.outcome.met, plan.capacity.share) == (("1",), ("0",), 0.2)


def test_everything_can_be_said(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, WHOLE)
    assert (plan.name, plan.standard, plan.seed, plan.cuts) == ("vendor-2024", "graduating on time", 7, (0.3, 0.5))
    assert plan.columns.taken == ("Student Number", "Risk", "left", "campus", "indicators")
    assert plan.columns.id_of_groups == "id"
    assert plan.groups
    assert plan.groups.attributes["sex"].reference == "M"
    assert (plan.gate.confidence, plan.partial_pooling) == (0.95, True)


def test_what_the_plan_leaves_out_is_taken_from_an_experiment(tmp_path: Path, experiment: Path) -> None:
    plan = load_plan(experiment=experiment)
    assert plan.standard == "reading and mathematics at grade level by the end of the next grade"
    assert plan.groups
    assert set(plan.groups.attributes) == {"sex", "lunch"}
    assert ([level.name for level in plan.levels], plan.seed) == (["High", "Moderate", "Low"], 3)
    both = plan_of(tmp_path, 'seed = 5\n[capacity]\nshare = 0.3\n[columns]\nscore = "p"', experiment)
    assert (both.seed, both.capacity.share, both.columns.score) == (5, 0.3, "p")
    assert (both.groups, both.levels, both.standard) == (plan.groups, plan.levels, plan.standard)
    assert (both.name, both.title) == (AuditPlan().name, AuditPlan().title)


def test_words_for_missing_come_with_the_experiments_groups(tmp_path: Path, experiment: Path) -> None:
    experiment.write_text(TOML.replace("[roster]\n", '[roster]\nmissing = ["-9"]\n'), encoding="utf-8")
    assert load_plan(experiment=experiment).missing == ("-9",)


def test_an_experiment_given_as_the_plan_is_told_so(tmp_path: Path) -> None:
    assert "give it as the experiment" in faults(tmp_path, TOML)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[colums]\n", "did you mean 'columns'?"),
        ('[columns]\nflaged = "x"\n', "did you mean 'flagged'?"),
        ('[groups.attributes.sex]\ncolumn = "sex"\ntitel = "Sex"\n', "did you mean 'title'?"),
        ("[gate]\nconfidense = 0.9\n", "did you mean 'confidence'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path: Path, text: str, told: str) -> None:
    assert told in faults(tmp_path, text)


def test_a_missing_key_and_a_wrong_value_name_the_page_of_the_plan(tmp_path: Path) -> None:
    told = faults(tmp_path, 'seed = "x"\n[groups.attributes.sex]\ncolumn = "sex"\n')
    assert "groups.attributes.sex.title: this key is missing" in told
    assert "docs/audit-config.md has every key" in told
    assert "init" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[columns]\nscore = "risk"\nflagged = "risk"\n', "columns names 'risk' twice"),
        ('[groups.attributes.a]\ncolumn = "score"\ntitle = "A"\n', "'a' reads the column 'score'"),
        (
            '[columns]\ngroups_student_id = "id"\n[groups.attributes.a]\ncolumn = "id"\ntitle = "A"\n',
            "'a' reads the column 'id'",
        ),
        ('[outcome]\nmissed = ["Y", "1"]\nmet = ["1.0"]\n', "outcome lists '1' on both sides"),
        ('[flagged]\nyes = ["TRUE"]\nno = ["true"]\n', "flagged lists 'true' on both sides"),
        ('[outcome]\nmet = ["0", "na"]\n', "unknown is never read as met"),
        ('missing = ["-"]\n[outcome]\nmet = [""]\n', "unknown is never read as met"),
        ("[outcome]\nmissed = []\n", "at least 1 item"),
        ("cuts = [0.3, 0.3]\n", "cuts lists 0.3 twice"),
        ("cuts = [30]\n", "less than 1"),
        ('cuts = [0.3]\n[columns]\nscore_is = "rank"\n', "write cuts = []"),
        ('[columns]\nscore_is = "odds"\n', "'risk' or 'rank'"),
        ('[[levels]]\nname = "High"\nstart = 0.5\n', "the lowest starts at 0"),
    ],
)
def test_what_could_not_be_meant_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    assert told in faults(tmp_path, text)


def test_levels_of_an_experiment_are_no_levels_of_a_rank(tmp_path: Path, experiment: Path) -> None:
    assert "write levels = []" in faults(tmp_path, '[columns]\nscore_is = "rank"\n', experiment)
    plan = plan_of(tmp_path, 'levels = []\n[columns]\nscore_is = "rank"\n', experiment)
    assert plan.columns.score_is is ScoreIs.RANK


def test_a_missing_file_and_a_folder_are_wrong_use(tmp_path: Path) -> None:
    for path, word in ((tmp_path / "none.toml", "no such file"), (tmp_path, "this is a folder")):
        with pytest.raises(UsageError, match=word) as caught:
            load_plan(path)
        assert "an audit TOML" in str(caught.value)


def test_every_column_without_another_meaning_becomes_an_attribute() -> None:
    columns = ["student_id", "school_id", "FreeLunch", "home language", "Race", "race", "504", "", "outcome"]
    groups = found_groups(columns, AuditPlan())
    assert groups
    found = {name: (attribute.column, attribute.title) for name, attribute in groups.attributes.items()}
    assert found == {
        "free_lunch": ("FreeLunch", "FreeLunch"),
        "home_language": ("home language", "Home language"),
        "race": ("Race", "Race"),
        "race_2": ("race", "Race"),
        "g_504": ("504", "504"),
    }
    assert all(attribute.reference is None for attribute in groups.attributes.values())


def test_columns_in_any_script_become_attributes() -> None:
    groups = found_groups(["性别", "种族"], AuditPlan())
    assert groups
    assert [attribute.title for attribute in groups.attributes.values()] == ["性别", "种族"]


def test_keys_alone_make_no_attributes() -> None:
    assert found_groups(["student_id", "school_id"], AuditPlan()) is None


def test_the_default_gate_is_that_of_an_experiment() -> None:
    assert AuditPlan().gate == Gate()
