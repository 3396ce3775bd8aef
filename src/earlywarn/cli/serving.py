"""The commands that keep the desk running: ``serve``, ``account``, ``decisions`` and ``demo-desk``."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earlywarn.cli import terminal

if TYPE_CHECKING:
    from earlywarn.review.accounts import Made

FIRST_STEPS = "Sign in, and change the password under your name."


class Role(StrEnum):
    """What an account is for."""

    COUNSELOR = "counselor"
    LEAD = "lead"
    DATA = "data"
    ANALYST = "analyst"
    ADMIN = "admin"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; anything but this machine wants TLS before it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 2,
) -> None:
    """Serve the desk until it is stopped."""
    from earlywarn.review.start import start

    start()
    from earlywarn.review.serving import Address, make_ready
    from earlywarn.review.serving import serve as run_serve

    address = Address(host, port, workers)
    make_ready()
    address.refuse_taken()
    terminal.out.print(f"The desk is at {address.url} (Ctrl-C stops it).", soft_wrap=True)
    run_serve(address)


def account(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[Role | None, typer.Option(help="What the account is for; needed for a new one.")] = None,
    name: Annotated[str, typer.Option(help="First and last name, as colleagues know them.")] = "",
    caseload: Annotated[list[str] | None, typer.Option(help="A counselor_id of the people file; repeatable.")] = None,
    school: Annotated[list[str] | None, typer.Option(help="A school_id of a school lead; repeatable.")] = None,
) -> None:
    """Make an account, or give one that exists a new password; it is printed once."""
    from earlywarn.review.start import database_faults, start

    place = start()
    from earlywarn.review.accounts import Wanted, make_account

    wanted = Wanted(username, role.value if role else "", name, tuple(caseload or ()), tuple(school or ()))
    with database_faults(place):
        _show_accounts([make_account(wanted)])
    terminal.out.print(FIRST_STEPS)


def decisions(
    out: Annotated[Path, typer.Option(help="A file that ends in .csv or .parquet.")],
) -> None:
    """Write decisions and supports for 'earlywarn follow --decisions'; readable by you alone."""
    from earlywarn.review.start import database_faults, start

    place = start()
    from earlywarn.review.handed_over import write_decisions

    with database_faults(place):
        count = write_decisions(out)
    terminal.out.print(f"{count:,} decisions and supports: {out}", soft_wrap=True)


def demo_desk(
    out: Annotated[Path, typer.Option(help="Where 'earlywarn demo' put its score runs.")] = Path("demo-out"),
    home: Annotated[Path, typer.Option("--home", envvar="EARLYWARN_HOME", help="The demo's home.")] = Path("models"),
) -> None:
    """Publish the demo's lists with made-up names, and make an account for each role."""
    from earlywarn.cli.demo_desk import fill_demo_desk

    fresh = fill_demo_desk(out, home, date.today())
    if fresh:
        _show_accounts(fresh)
    else:
        terminal.out.print("The demo accounts are there; 'earlywarn account NAME' gives one a new password.")


def _show_accounts(made: "list[Made]") -> None:
    terminal.out.print("Passwords, shown this once:")
    for one in made:
        terminal.out.print(
            f"  {one.username:<12} {one.password}   {one.words}", soft_wrap=True, highlight=False, markup=False
        )
