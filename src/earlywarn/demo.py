"""The use-cases on Project STAR, one after the other; real students, nothing made up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol

from earlywarn.allocate.allocated import Allocated
from earlywarn.allocate.compare import Order as Asked
from earlywarn.allocate.compare import allocate
from earlywarn.columns import Outcome
from earlywarn.config.allocation import usual_plan
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import load_experiment
from earlywarn.config.sections import Demo, Waiver
from earlywarn.datasets import StarFiles, star_files
from earlywarn.files import publish_file
from earlywarn.follow import Followed, follow
from earlywarn.promote import Request, promote
from earlywarn.promotions import Promotion, Waived
from earlywarn.registry.store import Registry
from earlywarn.report.allocation_page import allocation_page
from earlywarn.score import Order, score
from earlywarn.score_run import StoredRun
from earlywarn.train import Trained, train

BY = "earlywarn demo"
SUPPORTS = "supports.csv"
FLOOR = 2
"""Seats of each support that a school has at least under the demo's policy with floors."""


@dataclass(frozen=True)
class DemoFiles:
    """The files of the demo district, and the page of its seats; outcomes are written only after the list."""

    history: Path
    roster: Path
    outcomes: Path
    supports: Path
    seats: Path


class Screen(Protocol):
    """Who shows each step to a person."""

    def students(self, star: StarFiles, paths: DemoFiles) -> None:
        """Say who the students are and how they were parted."""

    def trained(self, trained: Trained) -> None:
        """Show candidates, groups and verdict."""

    def promoted(self, promotion: Promotion, waiver: Waiver | None) -> None:
        """Show the promotion, and the waiver if one was needed."""

    def scored(self, run: StoredRun, fresh: bool) -> None:
        """Show the score run."""

    def allocated(self, allocated: Allocated, page: Path) -> None:
        """Show what each way of sharing seats out would do."""

    def followed(self, followed: Followed) -> None:
        """Show what became of the roster's students."""

    def done(self, trained: Trained, run: StoredRun) -> None:
        """Say where to look."""


def run_demo(home: Path, out: Path, today: date, tell: Callable[[str], None], screen: Screen) -> None:
    """Train, audit, gate, promote, score, share seats out, follow; each step shown as it ends."""
    with as_file(files("earlywarn") / "demo.toml") as config:
        experiment = load_experiment(config)
        plan = experiment.demo or Demo()
        tell("laying out Project STAR as a district's files")
        star, paths = _lay_out(experiment, plan, out)
        screen.students(star, paths)
        registry = Registry(home)
        trained = train(paths.history, config, home, registry, today, tell)
    screen.trained(trained)
    promotion, waiver = _promote(trained, plan, home, registry, today)
    screen.promoted(promotion, waiver)
    as_of = experiment.cohort.as_of(experiment.cohort.test_year)
    run, fresh = score(Order(paths.roster, out / "scores", home, as_of, today, experiment.name), tell)
    screen.scored(run, fresh)
    allocated = share_out(run.folder, paths.supports, home)
    publish_file(paths.seats, allocation_page(allocated).encode())
    screen.allocated(allocated, paths.seats)
    publish_file(paths.outcomes, _csv(star.outcomes))
    screen.followed(follow(run.folder, paths.outcomes, home))
    screen.done(trained, run)


def share_out(run: Path, supports: Path, home: Path) -> Allocated:
    """Share the demo's made-up seats out by the usual policies, each school with a few."""
    return allocate(Asked(run, supports, home, usual_plan(FLOOR, None)))


def _lay_out(experiment: Experiment, plan: Demo, out: Path) -> tuple[StarFiles, DemoFiles]:
    star = star_files(plan.roster_schools, experiment.cohort.test_year, experiment.seed)
    names = ("history.csv", "roster.csv", "outcomes.csv", SUPPORTS, "seats.html")
    paths = DemoFiles(*(out / name for name in names))
    paths.outcomes.unlink(missing_ok=True)
    publish_file(paths.history, _csv(star.history))
    publish_file(paths.roster, _csv(star.roster))
    publish_file(paths.supports, (files("earlywarn") / "demo-supports.csv").read_bytes())
    return star, paths


def _promote(
    trained: Trained, plan: Demo, home: Path, registry: Registry, today: date
) -> tuple[Promotion, Waiver | None]:
    """Promote; after a fail with the waiver that stands in the demo's TOML, for the rules that failed."""
    verdict, waiver = trained.findings.verdict, plan.waiver
    waived: tuple[Waived, ...] = ()
    if waiver is not None and verdict.outcome is Outcome.FAIL:
        waived = tuple(Waived(rule, waiver.by, waiver.reason) for rule in waiver.rules if rule in verdict.failed_rules)
    request = Request(trained.findings.experiment.name, trained.version, BY, today, waived)
    return promote(request, home, registry), waiver


def _csv(frame: "object") -> bytes:
    return frame.to_csv(index=False).encode()  # type: ignore[attr-defined, no-any-return]
