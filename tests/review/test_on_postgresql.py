"""The desk's data tests, run once more on a real PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import postgres  # noqa: F401 (a fixture)

HERE = Path(__file__)
INSIDE = "EARLYWARN_DESK_ON_POSTGRESQL"


if os.environ.get(INSIDE) != "1":  # the tests that it runs again are not to run themselves again

    def test_the_tests_of_the_desk_hold_on_postgresql_too(postgres: object, tmp_path: Path) -> None:
        info = postgres.info  # type: ignore[attr-defined]
        address = f"postgres://{info.user}@/{info.dbname}?host={info.host}"
        where = os.environ | {"DATABASE_URL": address, INSIDE: "1", "EARLYWARN_DESK": str(tmp_path / "desk")}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "django_db or on_postgresql"]
        command += ["-k", "not ten_thousand"]  # the same code on either; once is enough
        ran = subprocess.run(
            [*command, str(HERE.parent)], env=where, cwd=HERE.parents[2], capture_output=True, text=True, check=False
        )
        if ran.returncode:
            pytest.fail(f"on PostgreSQL:\n{ran.stdout[-20_000:]}\n{ran.stderr[-2_000:]}", pytrace=False)
        assert " passed" in ran.stdout
