"""What scores: this process, or the executors of a Spark cluster, by the same code and into the same score run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from earlywarn.errors import Fault, UsageError

if TYPE_CHECKING:
    from earlywarn.score import Order


class Engine(StrEnum):
    """Who reads, judges and scores the rows."""

    PROCESS = "process"
    SPARK = "spark"


@contextmanager
def on(engine: Engine, master: str | None, order: "Order", models: Sequence[str | None]) -> "Iterator[Order]":
    """Give the order as the engine fills it; for Spark a roster that is no path is a table of its catalogue.

    Parameters
    ----------
    models
        The names of the models that will score; of a table no columns but theirs are read.

    Raises
    ------
    UsageError
        A master without Spark; PySpark or Java is not installed; no such table.
    MachineError
        Spark does not start, or cannot write the table.
    """
    if engine is Engine.PROCESS:
        _refuse_master(master)
        yield order
        return
    from earlywarn.spark.engine import across
    from earlywarn.spark.session import session
    from earlywarn.spark.staged import staged

    with session(master or "local[*]") as spark:
        order = replace(order, way=across(spark))
        if order.roster.exists():
            yield order
            return
        with staged(spark, str(order.roster), _columns(order, models), order.out) as folder:
            yield replace(order, roster=folder)


def _refuse_master(master: str | None) -> None:
    if master:
        remedy = "add --engine spark, or leave out --master"
        raise UsageError(Fault("--master", "for --engine spark only", remedy=remedy))


def _columns(order: "Order", models: Sequence[str | None]) -> set[str]:
    from earlywarn.config.load import parse_serving
    from earlywarn.promotions import champion, load_scorecard
    from earlywarn.roster.contract import roster_contract

    cards = (load_scorecard(order.home, champion(order.home, name).scorecard) for name in models)
    return {column for card in cards for column in roster_contract(parse_serving(card.serving, card.name)).columns}
