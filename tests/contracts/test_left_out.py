"""What is left out: in CI nothing but tests of shared data that is not there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TESTS = """
import pytest

@pytest.mark.needs_shared
def test_of_shared_data() -> None:
    pass

@pytest.mark.needs_shared
def test_of_shared_data_that_is_left_out() -> None:
    pytest.skip("no time")

def test_that_is_left_out() -> None:
    pytest.skip("no time")

@pytest.mark.xfail(strict=True)
def test_that_is_known_to_fail() -> None:
    raise AssertionError
"""


@pytest.mark.parametrize(
    ("ci", "there", "summary"),
    [
        ("0", False, "3 skipped, 1 xfailed"),
        ("1", False, "1 failed, 2 skipped, 1 xfailed"),
        ("1", True, "2 failed, 1 passed, 1 xfailed"),
    ],
)
def test_only_shared_data_may_be_absent_in_ci(tmp_path: Path, ci: str, there: bool, summary: str) -> None:
    shared = ROOT if there else tmp_path / "nowhere"
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest]\nmarkers = ["needs_shared"]\n', encoding="utf-8")
    (tmp_path / "test_few.py").write_text(TESTS, encoding="utf-8")
    more = {"EARLYWARN_CI": ci, "EARLYWARN_SHARED_DATA": str(shared)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)]
    said = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | more, check=False
    ).stdout
    assert re.search(rf"^=+ {summary} in", said, re.MULTILINE), said
    assert there or f"no shared data at {shared}" in said


@pytest.mark.parametrize(("must", "summary"), [("0", "1 skipped"), ("1", "1 error")])
def test_spark_may_be_absent_in_ci_but_where_it_is_asked_for(tmp_path: Path, must: str, summary: str) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest]\nmarkers = ["needs_spark"]\n', encoding="utf-8")
    spark = "import pytest\n\n@pytest.mark.needs_spark\ndef test_of_spark() -> None:\n    pass\n"
    (tmp_path / "test_few.py").write_text(spark, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)]
    no_java = os.environ | {"EARLYWARN_CI": "1", "EARLYWARN_SPARK": must, "PATH": "", "JAVA_HOME": ""}
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=no_java, check=False).stdout
    assert re.search(rf"^=+ {summary} in", said, re.MULTILINE), said
    assert "no PySpark or no Java" in said


@pytest.mark.parametrize(
    ("must", "there", "summary"), [("0", False, "1 skipped"), ("0", True, "1 skipped"), ("1", False, "1 error")]
)
def test_a_browser_is_left_out_with_a_word_unless_it_is_asked_for(
    tmp_path: Path, must: str, there: bool, summary: str
) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest]\nmarkers = ["needs_browser"]\n', encoding="utf-8")
    browser = "import pytest\n\n@pytest.mark.needs_browser\ndef test_of_a_page() -> None:\n    pass\n"
    (tmp_path / "test_few.py").write_text(browser, encoding="utf-8")
    if there:
        (tmp_path / "chromium").touch(0o755)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", str(tmp_path)]
    where = os.environ | {"EARLYWARN_CI": "1", "EARLYWARN_BROWSER": must, "PATH": str(tmp_path)}
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=where, check=False).stdout
    assert re.search(rf"^=+ {summary} in", said, re.MULTILINE), said
    assert "'make browser' runs this" in said
    assert there or "no Chromium: install chromium" in said
