"""One experiment, whole: the TOML's root, the checks across sections, and what of it scoring needs."""

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from earlywarn.catalogue import GROUP_COLUMNS, PEOPLE_COLUMNS
from earlywarn.columns import InputSpec, InputType
from earlywarn.config.mitigation import Mitigation
from earlywarn.config.sections import (
    Candidates,
    Capacity,
    Cohort,
    Demo,
    Feature,
    Gate,
    Groups,
    Indicator,
    Level,
    RosterMap,
    level_faults,
)
from earlywarn.config.standard import Name, Section, Standard

RESERVED = frozenset({"student_id", "school", "school_id", "school_year", "grade", "outcome"})
"""Names that features cannot take, since tables of students hold them already."""

SERVING = (
    "name",
    "title",
    "seed",
    "standard",
    "roster",
    "cohort",
    "features",
    "groups",
    "capacity",
    "levels",
)
"""The sections that a scorecard carries along, so that scoring needs no other file."""


class Serving(Section):
    """What scoring and follow-up need to know of an experiment; travels inside the scorecard."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    title: Name
    seed: int = Field(ge=0)
    standard: Standard
    roster: RosterMap
    cohort: Cohort
    features: tuple[Feature, ...] = Field(min_length=1)
    groups: Groups
    capacity: Capacity = Capacity()
    levels: tuple[Level, ...] = Field(min_length=2)
    gate: Gate = Gate()

    @model_validator(mode="after")
    def sections_fit_together(self) -> Self:
        """Collect every fault across sections and raise once."""
        faults = [*_feature_faults(self), *_cohort_faults(self), *level_faults(self.levels)]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @cached_property
    def inputs(self) -> tuple[InputSpec, ...]:
        """The inputs in the order of the file, results with the bars of their grades."""
        return tuple(_input_spec(feature, self.standard) for feature in self.features)

    def serving(self) -> dict[str, Any]:
        """Give the sections that a scorecard carries, as plain JSON values."""
        return self.model_dump(mode="json", include=set(SERVING))


class Experiment(Serving):
    """Everything that one experiment TOML says."""

    indicators: tuple[Indicator, ...] = Field(min_length=1)
    candidates: Candidates
    mitigation: Mitigation | None = None
    demo: Demo | None = None

    @model_validator(mode="after")
    def inputs_exist(self) -> Self:
        """Indicators and baselines read inputs that exist."""
        types = {feature.name: feature.type for feature in self.features}
        named = [("indicators", rule.input) for rule in self.indicators]
        named += [("candidates.last_result", name) for name in self.candidates.last_result]
        faults = [f"{where} names input '{name}', which is no feature" for where, name in named if name not in types]
        faults += [
            f"{where} needs a number, but input '{name}' is a category"
            for where, name in named
            if types.get(name) is InputType.CATEGORY
        ]
        faults += [*_mitigation_faults(self), *_use_faults(self)]
        if faults:
            raise ValueError("\n".join(faults))
        return self


def _input_spec(feature: Feature, standard: Standard) -> InputSpec:
    cuts = standard.bars_by_present_grade(feature.subject, feature.years_ago) if feature.subject else {}
    return InputSpec(
        name=feature.name,
        column=feature.column,
        type=feature.type,
        title=feature.title,
        unit=feature.unit,
        risk=feature.risk,
        changeable=feature.changeable,
        cuts=cuts,
    )


def _feature_faults(whole: Serving) -> list[str]:
    faults = []
    group_columns = {attribute.column: name for name, attribute in whole.groups.attributes.items()}
    keys = {whole.roster.student_id, whole.roster.school_id, whole.roster.school_year}
    seen: dict[str, int] = {}
    for feature in whole.features:
        seen[feature.name] = seen.get(feature.name, 0) + 1
        if feature.column in group_columns or feature.name in whole.groups.attributes:
            group = group_columns.get(feature.column, feature.name)
            faults.append(
                f"feature '{feature.name}' reads the group '{group}': groups serve the audit and never the model; "
                "remove the feature"
            )
        elif (canonical := _group_of(feature, whole)) is not None:
            faults.append(
                f"feature '{feature.name}' reads '{canonical}', which the contract holds to be a group: groups "
                "serve the audit and never the model; remove the feature"
            )
        if feature.column in PEOPLE_COLUMNS or feature.name in PEOPLE_COLUMNS:
            faults.append(
                f"feature '{feature.name}' reads a column of the people file, which never enters training; "
                "remove the feature"
            )
        if feature.name in RESERVED:
            faults.append(f"a feature cannot be called '{feature.name}': that is the name of a key; call it otherwise")
        if feature.column in keys:
            faults.append(f"feature '{feature.name}' reads the key column '{feature.column}'; remove the feature")
        if feature.subject and feature.subject not in whole.standard.subjects:
            faults.append(f"feature '{feature.name}' names subject '{feature.subject}', which the standard lacks")
    faults += [
        f"group '{name}' reads the key column '{attribute.column}': a key is no group; remove it"
        for name, attribute in whole.groups.attributes.items()
        if attribute.column in keys
    ]
    faults += [f"two features are called '{name}'" for name, count in seen.items() if count > 1]
    return faults


def _group_of(feature: Feature, whole: Serving) -> str | None:
    """Give the canonical group that a feature reads, if any; a number of that name, such as a mark, is none."""
    known = whole.roster.canonical.get(feature.column)
    if known is None and feature.type is not InputType.CATEGORY:
        return None
    name = known.name if known else feature.column
    return name if name in GROUP_COLUMNS else None


def _cohort_faults(whole: Serving) -> list[str]:
    faults = []
    names = {feature.name for feature in whole.features}
    for grade in whole.cohort.grades:
        after = whole.standard.next_grade(grade)
        if after is None:
            faults.append(f"cohort.grades has '{grade}', but the standard has no grade after it")
        elif not any(whole.standard.bar(subject, after) for subject in whole.standard.subjects):
            faults.append(f"cohort.grades has '{grade}', but the standard has no cut for grade '{after}'")
    faults += [
        f"cohort.known_inputs names '{n}', which is no feature" for n in whole.cohort.known_inputs if n not in names
    ]
    if whole.cohort.min_known > len(whole.cohort.known_inputs):
        faults.append("cohort.min_known is more than the number of known_inputs")
    missing = [subject for subject in whole.standard.subjects if subject not in whole.roster.results]
    faults += [f"roster.results has no column for the standard's subject '{subject}'" for subject in missing]
    return faults


def _mitigation_faults(whole: Experiment) -> list[str]:
    plan, known = whole.mitigation, [feature.name for feature in whole.features]
    if plan is None:
        return []
    faults = [f"mitigation.remove names '{n}', which is no feature" for n in plan.listed if n not in known]
    if plan.attribute not in whole.groups.attributes:
        faults.append(
            f"mitigation.attribute names '{plan.attribute}', which is no group; "
            f"known are {', '.join(whole.groups.attributes)}"
        )
    if plan.remove and len(known) < 2:
        faults.append("mitigation.remove leaves no input: there is only one feature")
    return faults


def _use_faults(whole: Experiment) -> list[str]:
    members = whole.mitigation.members if whole.mitigation else ()
    allowed = (*whole.candidates.simplest_first, *(member.name for member in members))
    if whole.candidates.use in (None, *allowed):
        return []
    return [f"candidates.use names '{whole.candidates.use}', which may not be promoted; known are {', '.join(allowed)}"]
