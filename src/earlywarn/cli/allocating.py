"""The command ``allocate``: parses, calls the use-case, shows the policies side by side, writes what is asked for."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from earlywarn.cli import terminal
from earlywarn.cli.places import refuse_to_overwrite
from earlywarn.errors import Fault, UsageError


def allocate(
    run: Annotated[Path, typer.Argument(help="The folder of a score run.", metavar="SCORE_RUN")],
    supports: Annotated[Path, typer.Option(help="The table of supports: name, seats, answers and more.")],
    policies: Annotated[Path | None, typer.Option(help="A policies TOML, in place of the usual ones.")] = None,
    floor: Annotated[
        int | None, typer.Option(help="Also by need with so many seats at least a school.", min=1, max=1_000_000)
    ] = None,
    reach_floor: Annotated[
        float | None, typer.Option(help="Also by need with no group reached under so much of its reference.", max=1)
    ] = None,
    reach: Annotated[float | None, typer.Option(help="Seats by which every group is reached so often.", max=1)] = None,
    outcomes: Annotated[Path | None, typer.Option(help="Later results, for a past run: what came.")] = None,
    page: Annotated[Path | None, typer.Option(help="Write the page, HTML.")] = None,
    choose: Annotated[str | None, typer.Option(help="The policy for --out, by name.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the chosen policy's seats for the desk; with ids.")] = None,
    approved_by: Annotated[str, typer.Option(help="Who approved the chosen policy.")] = "",
    students: Annotated[Path | None, typer.Option(help="Write every policy's seats and draws, with ids.")] = None,
    home: Annotated[Path, typer.Option("--home", envvar="EARLYWARN_HOME", help="The home that scored the run.")] = Path(
        "models"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")] = False,
) -> None:
    """Share seats of support out by several policies, side by side: whom each reaches and what each costs."""
    from earlywarn.allocate.compare import Order
    from earlywarn.allocate.compare import allocate as run_allocate
    from earlywarn.allocate.private import chosen, write_allocation, write_students
    from earlywarn.cli.show_allocation import show_allocation, show_written
    from earlywarn.config.allocation import usual_plan
    from earlywarn.config.load import load_policies
    from earlywarn.files import publish_file
    from earlywarn.report.allocation_page import allocation_page
    from earlywarn.report.shared_out import allocation_record

    asked = {"--floor": floor, "--reach-floor": reach_floor, "--reach": reach}
    files = {"--page": page, "--out": out, "--students": students}
    approved_by = approved_by.strip()
    if faults := [*_number_faults(policies, asked), *_choice_faults(out, choose, approved_by), *_file_faults(files)]:
        raise UsageError(faults)
    for option, path in files.items():
        refuse_to_overwrite(path, option)
    plan = load_policies(policies) if policies else usual_plan(floor, reach_floor)
    allocated = run_allocate(Order(run, supports, home, plan, outcomes, reach))
    if out is not None:
        write_allocation(allocated, chosen(allocated, choose or ""), approved_by, out)
    if students is not None:
        write_students(allocated, students)
    if page is not None:
        publish_file(page, allocation_page(allocated).encode())
    terminal.print_json(allocation_record(allocated)) if as_json else show_allocation(allocated)
    if not as_json:
        show_written(run, page, out, students)


def _number_faults(policies: Path | None, asked: Mapping[str, float | None]) -> Iterator[Fault]:
    given = [name for name in ("--floor", "--reach-floor") if asked[name] is not None]
    if policies is not None and given:
        yield Fault(", ".join(given), "given beside --policies", remedy="write it into the policies TOML")
    for name in ("--reach-floor", "--reach"):
        value = asked[name]
        if value is not None and not 0 < value <= 1:
            yield Fault(name, "no share", "more than 0, at most 1", "give such a share, as 0.8")


def _choice_faults(out: Path | None, choose: str | None, approved_by: str) -> Iterator[Fault]:
    if (out is None) != (choose is None):
        remedy = "the desk shows one policy: give both --choose POLICY and --out FILE"
        yield Fault("--choose and --out", "one without the other", remedy=remedy)
    if approved_by and out is None:
        yield Fault("--approved-by", "nothing is chosen", remedy="give --choose POLICY and --out FILE")


def _file_faults(files: Mapping[str, Path | None]) -> Iterator[Fault]:
    places = [path.resolve() for path in files.values() if path is not None]
    if len(set(places)) < len(places):
        yield Fault(", ".join(files), "two of them name one file", "a file each", "give each its own")
