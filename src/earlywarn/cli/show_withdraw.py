"""What the terminal shows of a withdrawal: that it holds, since when, and which later runs were held against it."""

from typing import Any

from earlywarn.cli.terminal import out
from earlywarn.withdraw import MARKS, Withdrawn


def show_withdrawn(done: Withdrawn) -> None:
    """Print the withdrawal, and what is left to do."""
    if not done.fresh:
        out.print("This list had been withdrawn already; the first reason stands.")
    out.print(f"{done.run.folder}: {done.withdrawal.words}.", soft_wrap=True)
    marked = ", ".join(MARKS[name][0] for name in done.withdrawal.files_before)
    out.print(f"Marked: {marked}. Tell everyone who holds a copy: no copy outside of this folder can be marked.")
    for name in done.held_against_it:
        out.print(f"LOOK  the changes of {name} were told against this list")


def withdrawn_record(done: Withdrawn) -> dict[str, Any]:
    """Give a withdrawal as plain values."""
    return {
        "folder": str(done.run.folder),
        "withdrawn_now": done.fresh,
        **done.withdrawal.to_json(),
        "held_against_it": list(done.held_against_it),
    }
