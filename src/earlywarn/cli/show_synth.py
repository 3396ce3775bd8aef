"""What the terminal shows of a made-up state: that it is made up, how large it is, what to run on it."""

from typing import Any

from earlywarn.cli.terminal import out
from earlywarn.synth.state import EXPERIMENT, KEY, ROSTERS, Made


def show_synth(made: Made) -> None:
    """Print what was made and the next command."""
    years = f"{made.school_years[0]} to {made.school_years[-1]}"
    out.print(
        f"MADE UP: {made.students:,} students a year, {made.schools:,} schools, school years {years}: {made.folder}"
    )
    if made.faults:
        out.print(f"Planted {made.faults:,} faults; {made.folder / KEY} lists each with its line.")
    out.print(f"Next: earlywarn check {made.folder / ROSTERS} --config {made.folder / EXPERIMENT}")


def synth_record(made: Made) -> dict[str, Any]:
    """Give what was made as plain values."""
    return vars(made) | {"folder": str(made.folder), "school_years": list(made.school_years), "made_up": True}
