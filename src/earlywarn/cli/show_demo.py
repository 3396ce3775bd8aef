"""The demo's screen: each step under its heading, in the order of a district's year."""

from pathlib import Path

from rich.text import Text

from earlywarn.allocate.allocated import Allocated
from earlywarn.cli.show_follow import show_follow
from earlywarn.cli.show_score import show_score
from earlywarn.cli.show_train import show_train
from earlywarn.cli.terminal import out
from earlywarn.config.sections import Waiver
from earlywarn.datasets import StarFiles
from earlywarn.demo import DemoFiles
from earlywarn.follow import Followed
from earlywarn.promotions import Promotion, promoted_folder
from earlywarn.report.seats_in_short import short_sentences
from earlywarn.report.seats_in_words import school_sentences
from earlywarn.score_run import SUMMARY, StoredRun
from earlywarn.train import Trained


class DemoScreen:
    """Shows each step of the demo on the terminal."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.seats = Path()

    def students(self, star: StarFiles, paths: DemoFiles) -> None:
        """Say who the students are and how they were parted."""
        _heading("1. Students")
        total = len(star.history) + star.left_out + star.in_roster_schools
        lines = (
            f"Project STAR, Tennessee, 1985 to 1989: {total:,} real student-years, grades K to 3.",
            f"{star.schools} schools drawn by seed are the roster, which nothing before it touches: "
            f"{len(star.roster):,} students.",
            f"{len(star.history):,} student-years of the other schools teach and test; {star.left_out:,} are left out, "
            "since their students were once in a roster school.",
            "STAR is one cohort that moves up a grade a year: its later year is the same children one grade on.",
        )
        out.print("\n".join(lines))
        out.print(f"{paths.history}\n{paths.roster}", soft_wrap=True)

    def trained(self, trained: Trained) -> None:
        """Show candidates, groups and verdict."""
        _heading("2. Train, audit, gate")
        show_train(trained)

    def promoted(self, promotion: Promotion, waiver: Waiver | None) -> None:
        """Show the promotion, and the waiver if one was needed."""
        _heading("3. Promote")
        if waiver is not None:
            rules = ", ".join(waiver.rules)
            if promotion.waivers:
                out.print(f"The gate failed it. Waived by {waiver.by}: {waiver.reason} (rules: {rules})")
            else:
                out.print(
                    f"A waiver stands in the demo's TOML for a fail ({rules}); nothing failed, so it is not used."
                )
        out.print(f"{promotion.name} version {promotion.version} is in force. {promotion.standing}")

    def scored(self, run: StoredRun, fresh: bool) -> None:
        """Show the score run."""
        _heading("4. Score the roster")
        show_score(run, fresh)

    def allocated(self, allocated: Allocated, page: Path) -> None:
        """Show what each way of sharing seats out would do, in short."""
        _heading("5. Share out the seats of support: made-up seats, real students")
        for sentence in (*short_sentences(allocated), *school_sentences(allocated.school)):
            out.print(sentence, soft_wrap=True)
        self.seats = page

    def followed(self, followed: Followed) -> None:
        """Show what became of the roster's students."""
        _heading("6. A year later: the true outcomes, opened only now")
        show_follow(followed)

    def done(self, trained: Trained, run: StoredRun) -> None:
        """Say where to look."""
        _heading("Where to look")
        promoted = promoted_folder(self.home, trained.findings.card.sha256)
        out.print(f"The list's summary   {run.folder / SUMMARY}", soft_wrap=True)
        out.print(f"Seats of support     {self.seats}", soft_wrap=True)
        out.print(f"The audit            {promoted / 'audit.html'}", soft_wrap=True)
        out.print(f"The model card       {promoted / 'card.md'}", soft_wrap=True)
        uri = f"sqlite:///{self.home / 'mlflow.db'}"
        out.print(
            f"The MLflow page      MLFLOW_DISABLE_TELEMETRY=true mlflow ui --host 127.0.0.1 --backend-store-uri {uri}",
            soft_wrap=True,
        )


def _heading(text: str) -> None:
    out.print()
    out.rule(Text(text, style="bold"), align="left", style="dim")
