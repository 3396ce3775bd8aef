"""Spark as the way of a roster's blocks into a score run: executors read, judge and score them, by the same code.

What executors make comes back through Spark's own result path, whole from one attempt of a task or not at all, and is
taken in the order of the roster: a task that dies and is tried again adds nothing twice. A task writes nothing.
A roster that cannot be read in parts is refused.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from earlywarn.ahead import ahead
from earlywarn.errors import EarlywarnError, Fault, MachineError, UsageError
from earlywarn.roster.blocks import Block, Source
from earlywarn.roster.contract import Contract
from earlywarn.roster.judge import Judged, Way, judge
from earlywarn.roster.readings import Evidence
from earlywarn.roster.stored import reading
from earlywarn.spark.session import ATTEMPTS, failures

COLUMNS = "software string, size long, parcel binary"
MOST_AT_ONCE = 8
"""Tasks in a wave at most. What three waves made lies in the driver's memory: 90 to 360 bytes a student, as packed."""

CODEC = "lz4"
"""A quarter to six tenths of the bytes through Java and in memory, for a tenth of a second a million rows."""

SOFTWARE = ("earlywarn", "numpy", "pyarrow")


class Joined(Protocol):
    """What takes blocks, here or elsewhere."""

    def add(self, judged: Judged) -> None:
        """Take a block."""

    def apart(self, source: Source) -> Any:
        """Give an empty one that travels, takes blocks elsewhere and comes back."""

    def join(self, other: Any) -> None:
        """Take what was taken elsewhere."""


@dataclass(frozen=True)
class Job:
    """What every task knows: the parts of the roster, the contract, and an empty fold."""

    splits: tuple[Source, ...]
    contract: Contract
    empty: Joined


@dataclass(frozen=True)
class Parcel:
    """One block as a task took it."""

    fold: Joined
    evidence: Evidence


@dataclass(frozen=True)
class Refused:
    """The faults for which a task stopped; to try again would not help."""

    kind: type[EarlywarnError]
    faults: tuple[Fault, ...]


def across(spark: Any) -> Way:
    """Give the way over the executors of a session.

    Raises
    ------
    UsageError
        The roster cannot be read in parts, or executors have other software than the driver.
    RosterError, MachineError
        As in one process; a task failed on every attempt.
    """
    return partial(_judged, spark)


def _judged(spark: Any, source: Source, contract: Contract, fold: Joined) -> Iterator[Evidence]:
    if source.splits is None:
        remedy = "convert it to Parquet, or leave out --engine spark: one process reads every format"
        raise UsageError(Fault(source.file, "no Parquet", "with --engine spark Parquet or a table", remedy))
    splits = source.splits()
    if not splits:
        return
    for parcel in _parcels(spark, Job(splits, contract, fold.apart(splits[0]))):
        fold.join(parcel.fold)
        yield parcel.evidence


def _parcels(spark: Any, job: Job) -> Iterator[Parcel]:
    own = _software()
    for table in ahead(_waves(spark, job), depth=1):
        for row in table.to_pylist():
            _refuse_other(row["software"], own)
            whole = pa.decompress(row["parcel"], row["size"], codec=CODEC, asbytes=True)
            made = pickle.loads(whole)  # made by a task of this job, as Spark's own rows are
            if isinstance(made, Refused):
                raise made.kind(made.faults)
            yield made


def _waves(spark: Any, job: Job) -> Iterator[Any]:
    """Give what the tasks made, some parts of the roster at once, in their order."""
    width, count = min(MOST_AT_ONCE, spark.sparkContext.defaultParallelism), len(job.splits)
    for first in range(0, count, width):
        yield _wave(spark, job, range(first, min(first + width, count)))


def _wave(spark: Any, job: Job, numbers: range) -> Any:
    each = spark.range(numbers.start, numbers.stop, 1, len(numbers))
    try:
        return each.mapInArrow(_task(job), COLUMNS).toArrow()
    except failures() as error:
        found = f"a task failed {ATTEMPTS} times, or the session ended ({type(error).__name__})"
        remedy = "look into the executors' logs; memory and the software of every executor are the usual causes"
        raise MachineError(Fault("Spark", found, remedy=remedy)) from None


def _task(job: Job) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def task(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                for made in taken_apart(job, job.splits[number]):
                    yield _packed(made)

    return task


def _packed(made: Parcel | Refused) -> Any:
    whole = pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL)
    parcel = pa.compress(whole, codec=CODEC, asbytes=True)
    columns = [pa.array([_software()]), pa.array([len(whole)]), pa.array([parcel], pa.binary())]
    return pa.RecordBatch.from_arrays(columns, names=["software", "size", "parcel"])


def taken_apart(job: Job, split: Source) -> Iterator[Parcel | Refused]:
    """Judge and score one part of the roster, block by block.

    Raises
    ------
    RuntimeError
        Whatever else failed, without its words, which may quote a row; Spark tries again.
    """
    bare = replace(split, blocks=_left_behind, sha256=str)
    try:
        with reading(Path(split.file)):
            for block in split.blocks(job.contract.types, job.contract.missing):
                judged, fold = judge(block, job.contract), job.empty.apart(bare)
                fold.add(judged)
                yield Parcel(fold, judged.evidence)
    except EarlywarnError as error:
        yield Refused(type(error), error.faults)
    except Exception as error:  # noqa: BLE001 # whatever it is, its words stay on that machine
        raise RuntimeError(type(error).__name__) from None


def _left_behind(*_: Any) -> Iterator[Block]:
    """Stand for the blocks of a part in a parcel, which needs to know no more than where its rows stand."""
    return iter(())


def _software() -> str:
    return ", ".join(f"{name} {version(name)}" for name in SOFTWARE)


def _refuse_other(found: str, own: str) -> None:
    if found != own:
        remedy = "install the same versions on every executor"
        raise UsageError(Fault("an executor of Spark", found, f"{own}, as on the driver", remedy))
