"""The command ``check``: parses, calls the use-case, shows what came of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal
from earlywarn.cli.places import refuse_to_overwrite


def check(
    roster: Annotated[Path, typer.Argument(help="A roster, a file or a folder of parts.", metavar="ROSTER")],
    config: Annotated[Path | None, typer.Option("--config", help="The experiment TOML.")] = None,
    district: Annotated[Path | None, typer.Option(help="A district TOML: who serves which grades.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="A score run, a folder of them, or an earlier check to compare with.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write page, record, correction list and profile here.")] = None,
    quarantine: Annotated[Path | None, typer.Option(help="Write every refused row here, as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Read, map and judge a roster; nothing else."""
    from earlywarn.check import Order, refuse_too_many, write
    from earlywarn.check import check as run_check
    from earlywarn.cli.show_check import show_check
    from earlywarn.config.load import load_experiment
    from earlywarn.memory import keep_freed_memory
    from earlywarn.report.check_record import check_record
    from earlywarn.roster.quarantine import write_quarantine

    keep_freed_memory()
    refuse_to_overwrite(quarantine, "--quarantine")
    refuse_to_overwrite(out, "--out")
    if district is not None:
        _refuse_beside_district({"--config": config, "--quarantine": quarantine})
        _check_district(roster, district, against, out, as_json)
        return
    serving = load_experiment(_given(config))
    with terminal.progress() as tell:
        checked = run_check(Order(roster, against), serving, tell)
    if quarantine is not None:
        write_quarantine(checked.surveyed.refusals, quarantine)
    if out is not None:
        write(checked, out)
    terminal.print_json(check_record(checked)) if as_json else show_check(checked, quarantine, out)
    refuse_too_many(checked)


def _check_district(roster: Path, district: Path, against: Path | None, out: Path | None, as_json: bool) -> None:
    from earlywarn.bands import load_bands
    from earlywarn.check import check_district, refuse_too_many_of_district, write_district
    from earlywarn.cli.show_check import show_district

    with terminal.progress() as tell:
        checked = check_district(roster, load_bands(district), against, tell)
    if out is not None:
        write_district(checked, out)
    terminal.print_json(checked.account()) if as_json else show_district(checked, out)
    refuse_too_many_of_district(checked)


def _refuse_beside_district(options: Mapping[str, object]) -> None:
    from earlywarn.errors import Fault, UsageError

    if given := [name for name, value in options.items() if value is not None]:
        remedy = "the district file names the experiments, and --out writes what was refused, band by band"
        raise UsageError(Fault(", ".join(given), "for one experiment only, not with --district", remedy=remedy))


def _given(config: Path | None) -> Path:
    from earlywarn.errors import Fault, UsageError

    if config is None:
        remedy = "give --config EXPERIMENT.toml; 'earlywarn init' writes a first one"
        raise UsageError(Fault("--config", "nothing says which column is what", remedy=remedy))
    return config
