"""The commands before there is a config: a starter TOML, a mapping, and a made-up state to try things on."""

from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal
from earlywarn.cli.places import refuse_to_overwrite

RosterFile = Annotated[Path, typer.Argument(help="A roster, CSV or Parquet.", metavar="ROSTER")]


def init(
    roster: RosterFile,
    config: Annotated[Path, typer.Option("--config", help="The TOML to write.")] = Path("experiment.toml"),
) -> None:
    """Write a commented starter TOML from a roster's headers."""
    from earlywarn.cli.starter import starter_toml
    from earlywarn.files import publish_file

    refuse_to_overwrite(config, "--config")
    publish_file(config, starter_toml(roster).encode())
    terminal.out.print(
        f"wrote {config}: read it from top to bottom, then run 'earlywarn check {roster} --config {config}'"
    )


def map_columns(
    source: Annotated[Path, typer.Argument(help="A roster, or a folder of files.", metavar="SOURCE")],
    out: Annotated[Path, typer.Option(help="The TOML to write.")] = Path("mapping.toml"),
    synonyms: Annotated[Path | None, typer.Option(help="A TOML of your own names for columns.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Write a first mapping from the headers, for a person to finish; no cell is read."""
    from earlywarn.cli.fragment import mapping_toml
    from earlywarn.cli.show_map import map_record, show_map
    from earlywarn.files import publish_file
    from earlywarn.roster.mapping import map_files
    from earlywarn.roster.vocabulary import own_table

    refuse_to_overwrite(out, "--out")
    made = map_files(source, own_table(synonyms) if synonyms else None)
    publish_file(out, mapping_toml(made).encode())
    terminal.print_json(map_record(made, out)) if as_json else show_map(made, out)


def synth(
    students: Annotated[int, typer.Option(help="Students in each school year.")],
    out: Annotated[Path, typer.Option(help="The folder to make.")],
    years: Annotated[int, typer.Option(help="School years; 3 or more can be trained on.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed makes the same bytes.")] = 1,
    dirty: Annotated[int, typer.Option(help="Plant so many of each fault into the newest year.", min=0)] = 0,
    form: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "csv",
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Make up a state of any size: no student in it exists, and every file says so."""
    from earlywarn.cli.show_synth import show_synth, synth_record
    from earlywarn.synth.state import Order, make_state
    from earlywarn.synth.zones import Plan

    with terminal.progress() as tell:
        made = make_state(Order(Plan(students, years, seed), out, dirty, form), tell)
    terminal.print_json(synth_record(made)) if as_json else show_synth(made)
