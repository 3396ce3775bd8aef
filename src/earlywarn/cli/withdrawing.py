"""The command ``withdraw``: parses, calls the use-case, shows what came of it."""

import getpass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal


def withdraw(
    run: Annotated[Path, typer.Argument(help="The folder of a score run.", metavar="SCORE_RUN")],
    reason: Annotated[str, typer.Option(help="Why, in one line; no student's name: it stands on every page.")],
    by: Annotated[str | None, typer.Option(help="Who answers for it; the account by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Mark a list that was found wrong as withdrawn, everywhere it is shown."""
    from earlywarn.cli.show_withdraw import show_withdrawn, withdrawn_record
    from earlywarn.withdraw import Order
    from earlywarn.withdraw import withdraw as run_withdraw

    done = run_withdraw(Order(run, by if by is not None else getpass.getuser(), reason, date.today()))
    terminal.print_json(withdrawn_record(done)) if as_json else show_withdrawn(done)
