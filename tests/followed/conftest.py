"""One made-up run for every test of this folder; each gets frames of its own."""

import shutil
from pathlib import Path

import pytest

from earlywarn import follow as use_case
from tests.followed.made import Made, card
from tests.followed.made import made as make


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("followed"))


@pytest.fixture
def made(made_once: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setattr(use_case, "load_scorecard", lambda home, sha256: card())
    folder = Path(shutil.copytree(made_once.folder, tmp_path / "made"))
    return Made(folder, made_once.desk.copy(), made_once.results.copy())
