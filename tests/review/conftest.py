"""The desk's tests run on SQLite, and again on a real PostgreSQL: test_on_postgresql.py sets DATABASE_URL."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from earlywarn.review.load import Published
from earlywarn.review.models import Account, Role
from tests.review.made import made_account, made_desk

collect_ignore = ["test_at_one_moment.py"] if connection.vendor == "sqlite" else []


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_the_record() -> Iterator[None]:
    """Between tests of a live server Django empties every table; the record's refuse that, and are let."""
    kept = import_module("earlywarn.review.migrations.0002_append_only")
    operations, vendor = type(connection.ops), connection.vendor
    flush = operations.sql_flush

    def emptied(*given: object, **more: object) -> list[str]:
        return [*kept.TAKEN[vendor], *flush(*given, **more), *kept.MADE[vendor]]  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(operations, "sql_flush", emptied)
        yield


@pytest.fixture(autouse=True)
def _own_record(tmp_path: Path, settings: object) -> None:
    """Each test has a record and static files of its own; passwords are hashed quickly, since none is at stake."""
    folder = tmp_path / "record"
    folder.mkdir()
    (tmp_path / "static").mkdir()
    settings.STATIC_ROOT = tmp_path / "static"  # type: ignore[attr-defined]
    settings.RECORD_FOLDER = folder  # type: ignore[attr-defined]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def desk(db: None) -> Published:
    """A published list of 60 students in three schools."""
    return made_desk()


@pytest.fixture
def counselor(db: None) -> Account:
    """Whose caseload is C1."""
    return made_account(Role.COUNSELOR)


@pytest.fixture
def as_counselor(counselor: Account, client: Client) -> Client:
    """A browser in which that counselor is signed in."""
    client.force_login(counselor)
    return client
