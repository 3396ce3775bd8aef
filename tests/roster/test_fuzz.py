"""A few hundred of the fuzzer's hostile files; ``make fuzz`` reads 100,000."""

from pathlib import Path

import pytest

from fuzz.hostile import hostile_file
from fuzz.trial import config, outcome_of

SERVING = config()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_hostile_file_is_refused_in_words_or_every_row_counted(tmp_path: Path, seed: int) -> None:
    outcomes = []
    for number in range(150):
        name, content = hostile_file(seed, number)
        (tmp_path / name).write_bytes(content)
        outcome, wrong = outcome_of(tmp_path / name, SERVING)
        assert not wrong, f"file {number} of seed {seed}: {wrong}"
        outcomes.append(outcome)
    assert set(outcomes) == {"taken", "refused"}


def test_one_number_gives_one_file() -> None:
    assert [hostile_file(7, number) for number in range(20)] == [hostile_file(7, number) for number in range(20)]
    assert len({hostile_file(7, number)[1] for number in range(20)}) > 15
