"""The command ``verify``: parses, calls the use-case, shows in plain words what holds and what does not."""

from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal


def verify(
    run: Annotated[Path, typer.Argument(help="The folder of a score run.", metavar="SCORE_RUN")],
    roster: Annotated[Path | None, typer.Option(help="The roster that was scored, to score from too.")] = None,
    sample: Annotated[int, typer.Option(help="Students to score again.", min=0)] = 1000,
    home: Annotated[Path, typer.Option("--home", envvar="EARLYWARN_HOME", help="The home that scored the run.")] = Path(
        "models"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Read a score run again, all of it: every file, row and count, and a sample scored anew."""
    from earlywarn.verify.run import Asked, as_plain
    from earlywarn.verify.run import verify as run_verify

    verified = run_verify(Asked(run, home, roster, sample))
    if as_json:
        terminal.print_json(as_plain(verified))
    else:
        _show(verified)
    if not verified.holds:
        raise typer.Exit(1)


def _show(verified: "object") -> None:
    from earlywarn.verify.findings import Told
    from earlywarn.verify.run import Verified

    assert isinstance(verified, Verified)
    for notice in verified.notices:
        terminal.out.print(f"LOOK    {notice}", soft_wrap=True)
    for finding in verified.findings:
        if finding.told is Told.NOT_LOOKED:
            terminal.out.print(f"not looked at: {finding.words}: {finding.why_not}", soft_wrap=True)
        else:
            terminal.out.print(f"{'FAULT ' if finding.faults else 'holds '}  {finding.words}", soft_wrap=True)
        for fault in finding.faults:
            terminal.out.print(f"          {fault}", soft_wrap=True)
    wrong = sum(finding.told is Told.FAULT for finding in verified.findings)
    end = "All that was looked at holds." if not wrong else f"{wrong} of {len(verified.findings)} do not hold."
    terminal.out.print(f"{verified.run}: {end}", soft_wrap=True)
