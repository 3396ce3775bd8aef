"""An experiment says what can be meant, or every fault is told at once."""

from importlib.resources import files

import pytest

from earlywarn.config.load import load_experiment, parse_experiment
from earlywarn.errors import ConfigError, UsageError
from tests.district import TOML


def faults(text: str) -> str:
    """Give all that is said of a TOML."""
    with pytest.raises(ConfigError) as caught:
        parse_experiment(text.encode(), "x.toml")
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_demo_and_the_test_district_are_sound() -> None:
    for content in (TOML.encode(), (files("earlywarn") / "demo.toml").read_bytes()):
        assert parse_experiment(content, "x.toml").inputs


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    told = faults(TOML.replace("changeable = true", "changable = true"))
    assert "unknown key 'changable'" in told
    assert "did you mean 'changeable'?" in told


@pytest.mark.parametrize("section", ["[rooster]\na = 1\n", "[gate]\nconfidense = 0.9\n", "[groups.attributes.sex.x]\n"])
def test_an_unknown_key_is_found_at_any_depth(section: str) -> None:
    assert "unknown key" in faults(TOML + section)


def test_all_faults_come_at_once() -> None:
    told = faults(TOML.replace("test_year = 2023", 'test_year = "x"').replace("seed = 3", "seed = -1"))
    assert "cohort.test_year" in told
    assert "seed" in told


@pytest.mark.parametrize("key", ['sex = "F"', 'lunch = "N"', 'group = "x"'])
def test_a_cut_that_names_a_group_is_refused(key: str) -> None:
    told = faults(TOML.replace('grade = "1", cut = 390', f'grade = "1", {key}, cut = 390', 1))
    assert "a cut that names a group" in told
    assert "the same for every student" in told
    assert "unknown key" not in told


@pytest.mark.parametrize("name", ["school", "student_id", "grade", "school_year"])
def test_a_feature_cannot_take_the_name_of_a_key(name: str) -> None:
    assert f"cannot be called '{name}'" in faults(TOML.replace('name = "track"', f'name = "{name}"'))


def test_a_key_column_is_no_group() -> None:
    assert "a key is no group" in faults(TOML.replace('column = "sex"', 'column = "student_id"', 1))


def test_two_bars_for_one_grade_are_refused() -> None:
    line = '{ subject = "reading", grade = "1", cut = 390, spread = 20 },'
    assert "one bar, the same for everyone" in faults(TOML.replace(line, line + line.replace("390", "300")))


@pytest.mark.parametrize("column", ["sex", "lunch"])
def test_a_group_listed_as_a_feature_is_refused(column: str) -> None:
    told = faults(TOML.replace('column = "track"\n', f'column = "{column}"\n'))
    assert f"reads the group '{column}'" in told
    assert "never the model" in told


@pytest.mark.parametrize("column", ["student_id", "school_id", "school_year"])
def test_a_key_column_listed_as_a_feature_is_refused(column: str) -> None:
    assert "key column" in faults(TOML.replace('column = "track"\n', f'column = "{column}"\n'))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('grades = ["1", "2", "3"]', 'grades = ["1", "4"]', "no grade after it"),
        ('known_inputs = ["reading", "mathematics"]', 'known_inputs = ["art"]', "no feature"),
        (
            'results = { reading = "read", mathematics = "math" }',
            'results = { reading = "read" }',
            "mathematics",
        ),
        ("start = 0.25", "start = 0.6", "highest start to the lowest"),
        ('last_result = ["reading", "mathematics"]', 'last_result = ["track"]', "is a category"),
        ('input = "mathematics"\nbelow = 0.0', 'input = "mathematics"', "either 'below' or 'above'"),
        ('reference = "N"', 'reference = "Q"', "not among the declared values"),
        ("spread = 20", "spread = 0", "greater than 0"),
        ("cut = 390", "cut = nan", "finite"),
        ('name = "absent"', 'name = "track"', "two features are called 'track'"),
    ],
)
def test_what_could_not_be_meant_is_refused_in_words(old: str, new: str, told: str) -> None:
    assert old in TOML
    assert told in faults(TOML.replace(old, new, 1))


def test_not_toml_and_not_utf8_are_told_apart() -> None:
    assert "not TOML" in faults("a = ")
    with pytest.raises(ConfigError, match="not UTF-8 at byte 0"):
        parse_experiment(b"\xff", "x.toml")


def test_a_missing_file_and_a_folder_are_wrong_use(tmp_path: "object") -> None:
    for path, word in ((tmp_path / "none.toml", "no such file"), (tmp_path, "this is a folder")):
        with pytest.raises(UsageError, match=word):
            load_experiment(path)


def test_a_config_cannot_be_changed_once_read() -> None:
    with pytest.raises(Exception, match="frozen"):
        parse_experiment(TOML.encode(), "x").seed = 4
