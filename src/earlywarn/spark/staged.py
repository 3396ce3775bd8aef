"""A table of Spark as a folder of Parquet files, while it is scored: what is then read cannot change or shift.

Spark writes it by its own commit protocol, those columns alone that are read. Driver and executors must see the folder.
"""

import contextlib
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from earlywarn.errors import Fault, MachineError, UsageError
from earlywarn.files import locked
from earlywarn.spark.session import failures

STAGED = ".staged"
ROWS = 131_072
"""Rows in a row group: one task scores it."""


@contextlib.contextmanager
def staged(spark: Any, table: str, wanted: Collection[str], out: Path) -> Iterator[Path]:
    """Give the folder of a table's rows, in ``out``; it goes with the block.

    Parameters
    ----------
    wanted
        Columns to write, those that the table has; to miss the others is for the door.

    Raises
    ------
    UsageError
        Spark knows no such table.
    MachineError
        Spark cannot write it; another command is scoring a table into ``out``.
    """
    frame = _table(spark, table)
    with locked(out / STAGED):
        folder = out / STAGED / re.sub(r"[^\w.-]", "_", table)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.chmod(0o700)
        try:
            _write(frame.select(*(f"`{name}`" for name in frame.columns if name.strip() in wanted)), folder)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _table(spark: Any, table: str) -> Any:
    try:
        return spark.table(table)
    except failures() as error:
        allowed = "a Parquet file or folder, or a table of Spark's catalogue"
        found = f"no such file, and Spark knows no such table ({type(error).__name__})"
        raise UsageError(Fault(table, found, allowed, "check the name")) from None


def _write(frame: Any, folder: Path) -> None:
    """Write, and give the files names that are the same each time: they stand in the run's sha256."""
    try:
        frame.write.option("parquet.block.row.count.limit", ROWS).parquet(folder.absolute().as_uri())
    except failures() as error:
        remedy = "driver and executors must see and write to this folder; check space and permissions"
        raise MachineError(Fault(str(folder), f"Spark cannot write ({type(error).__name__})", remedy=remedy)) from None
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("part-"):
            path.unlink()
    for number, path in enumerate(sorted(folder.iterdir())):
        path.rename(folder / f"part-{number:05}.parquet")
