"""What holds for every test: only shared data, Spark and a browser may be absent; nothing else is left out in CI.

Spark may not where EARLYWARN_SPARK=1, as 'make spark' says. A browser is asked for by EARLYWARN_BROWSER=1 alone, as
'make browser' says, so that 'make test' stays quick; then it may not be absent.
EARLYWARN_SHARED_DATA names the folder of the shared data where it does not lie at ../shared/data.
"""

import os
import shutil
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings

SHARED_DATA = Path(os.environ.get("EARLYWARN_SHARED_DATA") or Path(__file__).parent.parent / "shared" / "data")
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
HAS_SPARK = find_spec("pyspark") is not None and bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
MUST_HAVE_SPARK = os.environ.get("EARLYWARN_SPARK") == "1"
CHROMIUM = shutil.which("chromium")
MUST_HAVE_BROWSER = os.environ.get("EARLYWARN_BROWSER") == "1"
IN_CI = os.environ.get("EARLYWARN_CI") == "1"

# A busy machine is no fault of a law; and CI tries the same examples each time, so that it blames the change.
settings.register_profile("calm", deadline=None, derandomize=IN_CI)
settings.load_profile("calm")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared data, for tests marked needs_shared."""
    return SHARED_DATA


def pytest_runtest_setup(item: pytest.Item) -> None:
    if _lacks_shared_data(item):
        pytest.skip(f"no shared data at {SHARED_DATA}: EARLYWARN_SHARED_DATA may name its folder")
    if _lacks_spark(item):
        pytest.skip("no PySpark or no Java: 'make spark' sets up the one, says how to install the other, and runs this")
    if _lacks_browser(item):
        pytest.skip(f"{'needs a browser' if CHROMIUM else 'no Chromium: install chromium'}; 'make browser' runs this")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    may_be_left_out = (
        _lacks_shared_data(item)
        or (_lacks_spark(item) and not MUST_HAVE_SPARK)
        or (_lacks_browser(item) and not MUST_HAVE_BROWSER)
    )
    return report if may_be_left_out else _left_out_is_failed(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _left_out_is_failed(report)


def _lacks_shared_data(item: pytest.Item) -> bool:
    return item.get_closest_marker("needs_shared") is not None and not SHARED_DATA.is_dir()


def _lacks_spark(item: pytest.Item) -> bool:
    return item.get_closest_marker("needs_spark") is not None and not HAS_SPARK


def _lacks_browser(item: pytest.Item) -> bool:
    return item.get_closest_marker("needs_browser") is not None and not (CHROMIUM and MUST_HAVE_BROWSER)


def _left_out_is_failed(report: Report) -> Report:
    # An expected failure is reported as skipped too, but it did run.
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out, and CI leaves nothing out: {report.longrepr}"
    return report
