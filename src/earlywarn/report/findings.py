"""What an experiment found, whole, as records that pages, cards and the terminal all read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from earlywarn.audit.figures import Figure
from earlywarn.audit.origins import Origin
from earlywarn.audit.suppression import Suppression
from earlywarn.candidates.catalogue import Role
from earlywarn.candidates.crossfit import Calibration
from earlywarn.config.experiment import Experiment
from earlywarn.config.sections import Gate, Groups
from earlywarn.estimate import Estimate
from earlywarn.evaluate import Evaluation
from earlywarn.frontier.lists import Frontier
from earlywarn.gate import Verdict
from earlywarn.groups import Cell
from earlywarn.scorecard.table import Scorecard

UNSUPPRESSED = "Unsuppressed: holds counts of small groups; for the data scientist’s own use, never to be published."
"""Stands on every page and section, and in the JSON, of what holds such counts."""


@dataclass(frozen=True)
class Tried:
    """One candidate: its out-of-fold loss in training and what it does on the test.

    Attributes
    ----------
    loss, behind
        Out-of-fold log loss, and how far behind the best promotable one (None for the others).
    gain
        Recall at capacity of the chosen candidate less this one's, paired; None for the chosen one.
    auc_gain
        AUC of the chosen candidate less this one's, paired.
    """

    name: str
    title: str
    role: Role
    loss: Estimate | None
    behind: Estimate | None
    test: Evaluation
    gain: Estimate | None
    auc_gain: Estimate | None


NOT_TOLD = -1
"""Stands for a count that is below the privacy minimum, once an audit is as it may be published."""


@dataclass(frozen=True)
class Counted:
    """Students of one group in the test year, by what is known of them.

    ``missed``, ``met`` and ``unknown`` are of those who were scored; of the ``not_enough_data`` who were
    not, ``not_scored_missed`` missed the standard all the same.
    """

    cell: Cell
    students: int
    missed: int
    met: int
    unknown: int
    not_enough_data: int
    not_scored_missed: int = 0


@dataclass(frozen=True)
class RefusedRule:
    """How many rows of a file broke one rule, and where in the row."""

    place: str
    rule: str
    rows: int


@dataclass(frozen=True)
class Refused:
    """What became of the rows of a file on which no figure rests.

    Attributes
    ----------
    rows, merged
        How many of ``rows_in`` were refused, and how many merged.
    rules
        The rules they broke, the most frequent first; a row may break several.
    students
        Students whose rows were refused, by single group, where their group could be read.
    """

    file: str
    rows_in: int
    rows: int
    merged: int
    rules: tuple[RefusedRule, ...] = ()
    students: tuple[tuple[Cell, int], ...] = ()


@dataclass(frozen=True)
class Reached:
    """Of one group's students who missed the standard: how many are on the aware comparator's list."""

    cell: Cell
    missed: int
    aware: int


@dataclass(frozen=True)
class About:
    """What was audited, in words for the head of a page.

    Attributes
    ----------
    name
        A name safe for files and MLflow.
    what
        Whose scores, such as "Piecewise logistic" or a file's name.
    standard
        What every student should reach, in words.
    students
        Which students, such as "school year 1988".
    list
        How long the list is, or that it was given.
    schools
        How many schools; 0 where they are not known.
    digests
        Name -> sha256 of what went in.
    beside
        Which model in use it was held against, or why not; "" where none is in use.
    """

    name: str
    title: str
    what: str
    standard: str
    note: str
    students: str
    list: str
    schools: int
    day: date
    digests: Mapping[str, str]
    beside: str = ""

    @property
    def titled(self) -> str:
        """The title as an audit's; one that says so itself is left as it is."""
        return self.title if self.title.lower().startswith("audit") else f"Audit of {self.title}"


@dataclass(frozen=True)
class Audited:
    """One audit whole: of anybody's scores, with every figure and what the gate says.

    Attributes
    ----------
    verdict
        None where no outcome is known yet: then nothing can be judged but coverage.
    inputs
        Input -> title, for the shares who lack it.
    suppression
        How each group's counts may be told.
    is_risk
        Whether scores are probabilities.
    school_keys
        Which place of a figure's ``parts`` is which school; empty where schools are not known.
    refused
        Rows of each file that no figure rests on.
    is_published
        Whether it was made ready to be published: its numbers are rounded, its reasons told in words.
    unsuppressed
        Holds counts of small groups: for the data scientist's own use, and marked so wherever it is shown.
    """

    about: About
    groups: Groups
    gate: Gate
    figures: tuple[Figure, ...]
    verdict: Verdict | None
    counted: tuple[Counted, ...]
    inputs: Mapping[str, str]
    suppression: Suppression
    is_risk: bool = True
    school_keys: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()
    is_published: bool = False
    unsuppressed: bool = False

    @property
    def has_outcomes(self) -> bool:
        """Whether any outcome is known."""
        return self.verdict is not None


@dataclass(frozen=True)
class Findings:
    """Everything that one run of an experiment found.

    Attributes
    ----------
    unseen
        The chosen candidate on the test in schools (and students) that taught nothing, by cross-fitting; where whole
        schools are held out, the test itself.
    audited, rules
        The audit of the chosen candidate, and of the indicator rules under the same gate but for the rules about
        gain over them. Its day is the one from which a provisional verdict counts; promoting later does not renew it.
    automatic
        The candidate that would have been chosen by itself; "" where it is the chosen one.
    frontier
        What mitigation buys and costs; None where the config asks for none.
    origins
        Where the gaps of the chosen list come from.
    """

    experiment: Experiment
    card: Scorecard
    tried: tuple[Tried, ...]
    calibration: Calibration
    unseen: Evaluation
    audited: Audited
    rules: Audited
    reached: tuple[Reached, ...]
    train_students: int
    train_schools: int
    test_schools: int
    automatic: str = ""
    frontier: Frontier | None = None
    origins: tuple[Origin, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The gate's verdict on the chosen candidate."""
        assert self.audited.verdict is not None, "a test has outcomes"
        return self.audited.verdict

    @property
    def rule_verdict(self) -> Verdict:
        """The gate's verdict on the indicator rules."""
        assert self.rules.verdict is not None, "a test has outcomes"
        return self.rules.verdict

    @property
    def chosen(self) -> Tried:
        """The candidate that became the scorecard."""
        return next(tried for tried in self.tried if tried.name == self.card.candidate)

    @property
    def compared(self) -> tuple[Tried, ...]:
        """The candidates that a table of candidates holds: mitigated ones have tables of their own."""
        return tuple(t for t in self.tried if t.role is not Role.MITIGATED or t is self.chosen)

    def tried_as(self, role: Role) -> tuple[Tried, ...]:
        """Give the candidates of one role."""
        return tuple(tried for tried in self.tried if tried.role is role)
