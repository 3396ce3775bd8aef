"""The commands. Each parses, calls one use-case and shows what came of it."""

import getpass
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from earlywarn import __version__
from earlywarn.cli import (
    allocating,
    checking,
    engines,
    exporting,
    first,
    publishing,
    serving,
    terminal,
    verifying,
    withdrawing,
)
from earlywarn.cli.engines import Engine
from earlywarn.cli.places import refuse_file, refuse_to_overwrite

app = typer.Typer(
    name="earlywarn",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who may miss the common standard without extra support, why, and how often that is right.",
    epilog="Exit codes: 0 done, 1 refused by the data or the gate, 2 wrong use, 3 the machine, 75 busy: try again.",
)

Home = Annotated[
    Path,
    typer.Option("--home", envvar="EARLYWARN_HOME", help="Folder of models, promotions and the MLflow store."),
]
Uri = Annotated[
    str | None,
    typer.Option("--tracking-uri", envvar="EARLYWARN_TRACKING_URI", help="Any MLflow server instead of SQLite."),
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON for a machine.")]
Config = Annotated[Path, typer.Option("--config", help="The experiment TOML.")]
RosterFile = first.RosterFile
MODELS = Path("models")


app.command()(checking.check)


def app_entry() -> None:
    """Run the command line and leave with its exit code."""
    raise SystemExit(terminal.guarded(app))


def _version(value: bool) -> None:
    if value:
        typer.echo(f"earlywarn {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Say what holds for every command."""


@app.command()
def demo(
    home: Home = MODELS,
    out: Annotated[Path, typer.Option(help="Where rosters and score runs go.")] = Path("demo-out"),
) -> None:
    """Run the whole main job on real students: Project STAR, 26,796 student-years."""
    from earlywarn.cli.show_demo import DemoScreen
    from earlywarn.demo import run_demo

    with terminal.progress() as tell:
        run_demo(home, out, _today(), tell, DemoScreen(home))


app.command()(first.init)
app.command("demo-desk")(serving.demo_desk)
app.command("map")(first.map_columns)
app.command()(first.synth)


@app.command()
def train(
    roster: RosterFile, config: Config, home: Home = MODELS, tracking_uri: Uri = None, as_json: Json = False
) -> None:
    """Fit candidates, choose, fold, test, audit, judge, and register the chosen one."""
    from earlywarn.cli.show_train import show_train, train_record
    from earlywarn.registry.store import Registry
    from earlywarn.train import train as run_train

    with terminal.progress() as tell:
        trained = run_train(roster, config, home, Registry(home, tracking_uri), _today(), tell)
    terminal.print_json(train_record(trained)) if as_json else show_train(trained, _same_place(home, tracking_uri))


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="The model's name.")],
    version: Annotated[int, typer.Argument(help="Its version.", min=1)],
    waive: Annotated[list[str] | None, typer.Option(help="A failed rule that you let pass; repeat for more.")] = None,
    by: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    reason: Annotated[str | None, typer.Option(help="Why a failed rule may pass.")] = None,
    home: Home = MODELS,
    tracking_uri: Uri = None,
    as_json: Json = False,
) -> None:
    """Put a registered version in force, if the gate or a waiver by name allows it."""
    from earlywarn.errors import Fault, UsageError
    from earlywarn.promote import Request
    from earlywarn.promote import promote as run_promote
    from earlywarn.promotions import Waived
    from earlywarn.registry.store import Registry

    if waive and not (by and reason):
        remedy = "a waiver stays on the record: give both --by NAME and --reason TEXT"
        raise UsageError(Fault("--waive", "a waiver without a name or a reason", remedy=remedy))
    waivers = tuple(Waived(rule, by or "", reason or "") for rule in waive or ())
    request = Request(name, version, by or getpass.getuser(), _today(), waivers)
    promotion = run_promote(request, home, Registry(home, tracking_uri))
    if as_json:
        terminal.print_json(promotion.to_json())
    else:
        terminal.out.print(f"{name} version {version} is in force. {promotion.standing}")


@app.command()
def score(
    roster: RosterFile,
    out: Annotated[Path, typer.Option(help="Folder of score runs; a new folder is made inside.")],
    model: Annotated[str | None, typer.Option(help="The model's name, where several are in force.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The roster's day; today by default.")
    ] = None,
    home: Home = MODELS,
    inputs: Annotated[bool, typer.Option(help="Keep inputs.parquet for the desk.")] = True,
    district: Annotated[Path | None, typer.Option(help="A district TOML: one score run for each band.")] = None,
    engine: Annotated[Engine, typer.Option(help="What scores: this process, or Spark.")] = Engine.PROCESS,
    master: Annotated[str | None, typer.Option(help="Spark's master, such as local[2] or spark://HOST:7077.")] = None,
    as_json: Json = False,
) -> None:
    """Batch-score a roster: levels, a list, reasons, and an account of every row."""
    from earlywarn.bands import load_bands
    from earlywarn.cli.show_score import run_record, scored_district_record, show_score, show_scored_district
    from earlywarn.memory import keep_freed_memory
    from earlywarn.score import Order, score_district
    from earlywarn.score import score as run_score

    keep_freed_memory()
    refuse_file(out, "--out")
    day = as_of.date() if as_of else _today()
    order = Order(roster, out, home, day, _today(), model, inputs)
    if district:
        bands = load_bands(district)
        models = [band.experiment.name for band in bands]
        with terminal.progress() as tell, engines.on(engine, master, order, models) as filled:
            scored = score_district(filled, bands, tell)
        terminal.print_json(scored_district_record(scored)) if as_json else show_scored_district(scored)
        return
    with terminal.progress() as tell, engines.on(engine, master, order, [model]) as filled:
        run, fresh = run_score(filled, tell)
    terminal.print_json(run_record(run, fresh)) if as_json else show_score(run, fresh)


app.command()(withdrawing.withdraw)
app.command()(verifying.verify)
app.command()(publishing.publish)
app.command()(serving.serve)
app.command()(serving.account)
app.command()(serving.decisions)


@app.command()
def follow(
    run: Annotated[Path, typer.Argument(help="The folder of a score run.", metavar="SCORE_RUN")],
    outcomes: Annotated[Path, typer.Option(help="Later results of its students, CSV or Parquet.")],
    decisions: Annotated[Path | None, typer.Option(help="What 'earlywarn decisions --out' wrote.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file for 'earlywarn publish --followed'.")] = None,
    home: Home = MODELS,
    as_json: Json = False,
) -> None:
    """Open the true outcomes: which promises held, who was reached, what was said to flags, the school's part."""
    from earlywarn.cli.followed_form import write_followed
    from earlywarn.cli.show_follow import follow_record, show_follow
    from earlywarn.follow import follow as run_follow

    refuse_to_overwrite(out, "--out")
    followed = run_follow(run, outcomes, home, decisions)
    if out is not None:
        write_followed(followed, _today(), out)
    terminal.print_json(follow_record(followed)) if as_json else show_follow(followed)


@app.command()
def audit(
    source: Annotated[Path, typer.Argument(help="A scores file, a score run's folder or, with --model, a roster.")],
    groups: Annotated[Path | None, typer.Option(help="Groups by student_id, for a scores file.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="The audit TOML, for a scores file.")] = None,
    experiment: Annotated[Path | None, typer.Option(help="An experiment TOML, for a scores file.")] = None,
    model: Annotated[str | None, typer.Option(help="A registered model, for a labelled roster.")] = None,
    version: Annotated[int | None, typer.Option(help="Its version; the one in force by default.", min=1)] = None,
    year: Annotated[int | None, typer.Option(help="The school year; the latest with outcomes by default.")] = None,
    out: Annotated[Path, typer.Option(help="Folder of audits; a new folder is made inside.")] = Path("audits"),
    against: Annotated[Path | None, typer.Option(help="An older audit's folder, to compare with.")] = None,
    unsuppressed: Annotated[bool, typer.Option("--unsuppressed", help="Also write copies with every count.")] = False,
    home: Home = MODELS,
    tracking_uri: Uri = None,
    as_json: Json = False,
) -> None:
    """Say for whom any system's scores work, for whom not, and how sure that is."""
    from earlywarn import assess
    from earlywarn.cli.show_audit import audited_record, show_audit
    from earlywarn.cli.show_reach import schools_record, show_schools
    from earlywarn.config.load import load_plan
    from earlywarn.examine.registered import Wanted
    from earlywarn.registry.store import Registry

    of_file = {"--groups": groups, "--config": config, "--experiment": experiment}
    of_model = {"--model": model, "--version": version, "--year": year}
    _refuse_mixture(source, of_file, of_model)
    refuse_file(out, "--out")
    refuse_file(home, "--home")
    order = assess.Order(out, _today(), against, unsuppressed)
    with terminal.progress() as tell:
        if model is not None:
            wanted = Wanted(source, model, home, version, year)
            done = assess.audit_model(wanted, Registry(home, tracking_uri), order, tell)
        elif _is_score_run(source):
            done = assess.audit_run(source, home, order, tell)
        else:
            done = assess.audit_scores(source, groups, load_plan(config, experiment), order, tell)
    files = {path.name: path for path in sorted(done.folder.iterdir())}
    if as_json:
        terminal.print_json(audited_record(done.audited, files) | schools_record(done.schools))
    else:
        show_audit(done.audited, files, done.changed)
        show_schools(done.schools)


@app.command()
def gate(
    explain: Annotated[bool, typer.Option("--explain", help="Say every rule in plain words.")] = True,
    config: Annotated[Path | None, typer.Option("--config", help="An experiment TOML; else the default rules.")] = None,
) -> None:
    """Say the gate's rules in plain words: what is judged, how sure, and what follows."""
    from earlywarn.cli.show_gate import show_gate
    from earlywarn.config.load import load_experiment
    from earlywarn.config.sections import Gate

    del explain  # there is nothing else that it could do
    experiment = load_experiment(config) if config else None
    show_gate(experiment.gate if experiment else Gate(), experiment.groups if experiment else None)


app.command()(allocating.allocate)
app.command("export-sql")(exporting.export_sql)


@app.command()
def models(home: Home = MODELS, tracking_uri: Uri = None, as_json: Json = False) -> None:
    """List registered versions, their verdicts, and which one is in force."""
    from earlywarn.cli.show_models import models_record, show_models
    from earlywarn.promotions import read_record
    from earlywarn.registry.store import Registry

    record = read_record(home)
    versions = Registry(home, tracking_uri).versions()
    terminal.print_json(models_record(versions, record)) if as_json else show_models(versions, record, _today())


def _refuse_mixture(source: Path, of_file: Mapping[str, object], of_model: Mapping[str, object]) -> None:
    """Refuse options that belong to another form of audit than the one asked for."""
    from earlywarn.errors import Fault, UsageError

    given = [name for name, value in of_file.items() if value is not None]
    asked = [name for name, value in of_model.items() if value is not None]
    if asked and "--model" not in asked:
        remedy = "give --model NAME and a labelled roster, or leave out " + " and ".join(asked)
        raise UsageError(Fault(", ".join(asked), "for a registered model only", remedy=remedy))
    if asked and given:
        remedy = f"with --model leave out {' and '.join(given)}: the model's own experiment says all of it"
        raise UsageError(Fault(", ".join(given), "for a scores file only, not with --model", remedy=remedy))
    if given and _is_score_run(source):
        remedy = f"for a score run leave out {' and '.join(given)}: it holds its groups"
        raise UsageError(Fault(", ".join(given), "for a scores file only, not for a score run", remedy=remedy))
    if asked and _is_score_run(source):
        allowed = "with --model a labelled roster"
        remedy = f"give the roster; to audit a score run give its folder and leave out {' and '.join(asked)}"
        raise UsageError(Fault(str(source), "this is a score run", allowed, remedy))


def _is_score_run(source: Path) -> bool:
    """Tell a score run's folder from a scores file in parts."""
    return (source / "manifest.json").exists()


def _same_place(home: Path, tracking_uri: str | None) -> str:
    """Give the options that lead the next command to the same home and store."""
    options = {"--home": None if home == MODELS else str(home), "--tracking-uri": tracking_uri}
    return "".join(f" {name} {value}" for name, value in options.items() if value)


def _today() -> date:
    """Give the one clock reading of a command; inside, days are arguments."""
    return date.today()
