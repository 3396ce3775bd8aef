"""[roster.columns]: each name stands in the catalogue; groups and people never become inputs."""

import pytest

from earlywarn.catalogue import BY_NAME, CATALOGUE, GROUP_COLUMNS, PEOPLE_COLUMNS
from earlywarn.errors import ConfigError
from tests.roster.made import serving

LIMIT = "max_quarantined = 0.02"


def with_columns(text: str) -> tuple[str, str]:
    return LIMIT, f"{LIMIT}\ncolumns = {{{text}}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('days_absnet = "x"', "did you mean 'days_absent'?"),
        ('first_name = "x"', "people file, which never enters training"),
        ('counselor_id = "x"', "people file, which never enters training"),
        ('student_id = "x"', "write it as roster.student_id"),
        ('gpa = "x", incidents = "x"', "twice: one meaning a column"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match="columns") as caught:
        serving(with_columns(text))
    assert told in str(caught.value)


@pytest.mark.parametrize("column", sorted(PEOPLE_COLUMNS))
def test_a_feature_of_the_people_file_is_refused(column: str) -> None:
    with pytest.raises(ConfigError, match="people file"):
        serving(('column = "class_type"', f'column = "{column}"'))


@pytest.mark.parametrize("column", sorted(GROUP_COLUMNS))
def test_a_category_that_the_contract_holds_to_be_a_group_is_refused_undeclared(column: str) -> None:
    with pytest.raises(ConfigError, match="groups serve the audit and never the model"):
        serving(('column = "class_type"', f'column = "{column}"'))


def test_a_mapped_group_is_no_feature_under_another_name() -> None:
    with pytest.raises(ConfigError, match="holds to be a group"):
        serving(('column = "class_type"', 'column = "ses_code"'), with_columns('lunch = "ses_code"'))


def test_canonical_names_stand_once() -> None:
    assert len(BY_NAME) == len(CATALOGUE)
    assert all(column.meaning for column in CATALOGUE)
