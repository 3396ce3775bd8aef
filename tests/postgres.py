"""A real PostgreSQL for the tests of the query: one server a session, in a folder of its own."""

import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import psycopg


@pytest.fixture(scope="session")
def postgres() -> "Iterator[psycopg.Connection]":
    """A connection to a server that lives as long as the session.

    pgserver runs as an account of its own where the tests run as root, and opens the way to its folder; so that
    folder is not one of pytest's, which are closed to others.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the folder that it takes where XDG_RUNTIME_DIR is not set
            import pgserver
            import psycopg

            server = pgserver.get_server(tempfile.mkdtemp(prefix="earlywarn-pg-"), cleanup_mode="delete")
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        pytest.skip(f"no PostgreSQL can run here, so its query is untried: {type(error).__name__}: {error}")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            yield connection
    finally:
        server.cleanup()
