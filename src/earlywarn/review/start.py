"""Set Django up for a command: the desk's folder, its key, its tables. Refuses a database that does not answer."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from earlywarn.errors import Fault, MachineError, UsageError
from earlywarn.review.place import DATABASE, Place, alone, here, prepare


def start() -> Place:
    """Prepare the desk's folder and bring its tables up to date.

    Raises
    ------
    MachineError
        The folder cannot be written, or the database does not answer.
    UsageError
        A file lies where the folder should be, or the database's address is none.
    """
    place = here()
    os.umask(0o077)  # whatever a command of the desk writes is its owner's alone
    prepare(place)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "earlywarn.review.settings")
    import django

    with database_faults(place), alone(place):
        django.setup()
        _check_address()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
    return place


@contextmanager
def database_faults(place: Place) -> Iterator[None]:
    """Turn a database that does not answer into one clear error; its address may hold a password and is not told."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import Error

    try:
        yield
    except Error as error:
        remedy = f"check that it runs, has room and may be written to, and {DATABASE}; then run the same command again"
        found = f"the desk's database does not answer ({type(error).__name__})"
        raise MachineError(Fault(_words(place), found, remedy=remedy)) from None
    except (ImproperlyConfigured, ValueError):
        raise _NO_ADDRESS from None


_NO_ADDRESS = UsageError(
    Fault(
        DATABASE,
        "not the address of a database that the desk can use",
        "sqlite:///FILE or postgres://USER:PASSWORD@HOST/NAME",
        "mend it, or leave it out: then the desk's folder holds the database",
    )
)


def _check_address() -> None:
    from django.conf import settings

    known = settings.DATABASES["default"]
    kind, name = str(known["ENGINE"]).rpartition(".")[2], str(known["NAME"])
    if kind not in {"sqlite3", "postgresql"} or not name.strip("/") or ":memory:" in name:
        raise _NO_ADDRESS


def _words(place: Place) -> str:
    return str(place.folder) if place.database.startswith("sqlite") else DATABASE
