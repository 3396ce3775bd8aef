"""Read a TOML, such as an experiment's; all faults at once, an unknown key with the nearest known one."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from earlywarn.config.allocation import AllocationPlan
from earlywarn.config.audit import AuditPlan
from earlywarn.config.district import District
from earlywarn.config.experiment import Experiment, Serving
from earlywarn.errors import ConfigError, Fault, ScorecardError, UsageError

Root = TypeVar("Root", bound=BaseModel)


@dataclass(frozen=True)
class _Form:
    """What people are told of a kind of TOML: what it is called, its page, how to begin, where an example is."""

    name: str
    page: str
    begin: str
    example: str


_EXPERIMENT = _Form(
    name="an experiment TOML",
    page="docs/config.md",
    begin="check the path, or begin with 'earlywarn init'",
    example="'earlywarn init' writes a commented example",
)
_AUDIT = _Form(
    name="an audit TOML",
    page="docs/audit-config.md",
    begin="check the path, or leave it out: every key has a default",
    example="docs/audit-config.md has an example",
)
_DISTRICT = _Form(
    name="a district TOML",
    page="docs/config.md",
    begin="check the path",
    example="docs/config.md has an example",
)
_POLICIES = _Form(
    name="a policies TOML",
    page="docs/allocate-config.md",
    begin="check the path, or leave it out: equal and by need are shown without it",
    example="docs/allocate-config.md has an example",
)
_FORMS: dict[type[BaseModel], _Form] = {
    AllocationPlan: _POLICIES,
    Experiment: _EXPERIMENT,
    Serving: _EXPERIMENT,
    AuditPlan: _AUDIT,
    District: _DISTRICT,
}


def load_experiment(path: Path) -> Experiment:
    """Read and check one experiment.

    Raises
    ------
    UsageError
        No such file, or a folder.
    ConfigError
        Every fault of the file.
    """
    return parse_experiment(read_config(path), str(path))


def load_district(path: Path) -> District:
    """Read and check a district TOML; raises what :func:`load_experiment` does."""
    return _load(District, path)


def load_policies(path: Path) -> AllocationPlan:
    """Read and check a policies TOML; raises what :func:`load_experiment` does."""
    return _load(AllocationPlan, path)


def read_config(path: Path) -> bytes:
    """Read the bytes of an experiment TOML.

    Raises
    ------
    UsageError
        No such file, or a folder.
    """
    return _read(path, _EXPERIMENT)


def parse_experiment(content: bytes, where: str) -> Experiment:
    """Check the bytes of an experiment TOML; ``where`` names them in errors."""
    raw = _table(content, where)
    return _checked(Experiment, raw, where, _group_faults(raw, where))


def parse_serving(raw: Any, where: str) -> Serving:
    """Check the part of an experiment that travels inside a scorecard."""
    try:
        return Serving.model_validate(raw)
    except ValidationError as error:
        raise ScorecardError(_faults(error, where, Serving)) from None


def load_plan(path: Path | None = None, experiment: Path | None = None) -> AuditPlan:
    """Read and check the plan of an audit, all of which may be left out.

    Parameters
    ----------
    experiment
        What the plan leaves out of standard, seed, words for missing, groups, capacity, levels and gate
        is taken from this experiment.

    Raises
    ------
    UsageError
        No such file, or a folder.
    ConfigError
        Every fault of the file.
    """
    taken = _taken(load_experiment(experiment)) if experiment else {}
    raw = _table(_read(path, _AUDIT), str(path)) if path else {}
    if "features" in raw and "candidates" in raw:
        raise ConfigError(Fault(str(path), _EXPERIMENT.name, _AUDIT.name, "give it as the experiment, not as the plan"))
    return _checked(AuditPlan, taken | raw, str(path or experiment))


def _taken(experiment: Experiment) -> dict[str, Any]:
    kept = {key: getattr(experiment, key) for key in ("seed", "groups", "capacity", "levels", "gate")}
    roster = experiment.roster
    return kept | {"standard": experiment.standard.title, "missing": roster.missing, "reading": roster.reading}


def _load(root: type[Root], path: Path) -> Root:
    return _checked(root, _table(_read(path, _FORMS[root]), str(path)), str(path))


def _read(path: Path, form: _Form) -> bytes:
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "no such file"
        raise UsageError(Fault(str(path), found, form.name, form.begin))
    return path.read_bytes()


def _table(content: bytes, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(where, f"not UTF-8 at byte {error.start}", "UTF-8 text", "save it as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Fault(where, f"not TOML: {error}", remedy="mend that line")) from None


def _checked(root: type[Root], raw: Mapping[str, Any], where: str, told: Sequence[Fault] = ()) -> Root:
    """Make the model; ``told`` are faults found already, in words of their own."""
    try:
        return root.model_validate(raw)
    except ValidationError as error:
        faults = [fault for fault in _faults(error, where, root) if not _is_told(fault, told)]
        raise ConfigError([*told, *faults]) from None


def _group_faults(raw: dict[str, Any], where: str) -> list[Fault]:
    """Tell in plain words that a cut names a group: the one thing this standard can never do."""
    groups, standard = raw.get("groups"), raw.get("standard")
    attributes = groups.get("attributes") if isinstance(groups, dict) else None
    cuts = standard.get("cuts") if isinstance(standard, dict) else None
    if not isinstance(attributes, dict) or not isinstance(cuts, list):
        return []
    names = set(attributes) | {str(a.get("column")) for a in attributes.values() if isinstance(a, dict)} | {"group"}
    return [
        Fault(
            f"{where}: standard.cuts[{place + 1}].{key}",
            f"a cut that names a group ('{key}')",
            "one cut per subject and grade, the same for every student",
            "remove the key; what differs by need is support, never the standard",
        )
        for place, cut in enumerate(cuts)
        if isinstance(cut, dict)
        for key in sorted(set(cut) & names)
    ]


def _is_told(fault: Fault, told: Sequence[Fault]) -> bool:
    return any(fault.where == other.where for other in told)


def _faults(error: ValidationError, where: str, root: type[BaseModel]) -> list[Fault]:
    details = [detail for detail in error.errors() if not _follows(detail, error)]
    return [fault for detail in details for fault in _detail_faults(detail, where, root)]


def _follows(detail: Any, error: ValidationError) -> bool:
    """Tell whether a list is called too short only because its entries are at fault themselves."""
    place = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in error.errors()
    )


def _detail_faults(detail: Any, where: str, root: type[BaseModel]) -> list[Fault]:
    place = _spelt(detail["loc"])
    full = f"{where}: {place}" if place else where
    if detail["type"] == "extra_forbidden":
        return [_unknown_key(detail["loc"], full, root)]
    if detail["type"] == "missing":
        return [Fault(full, "this key is missing", remedy=f"add it; {_FORMS[root].example}")]
    if detail["type"] == "value_error":
        return [Fault(full, line) for line in detail["msg"].removeprefix("Value error, ").splitlines()]
    allowed = detail["msg"].replace("Input should", "it should").replace("String should", "it should")
    return [Fault(full, "not a value that this key takes", allowed, f"mend it; {_FORMS[root].page} has every key")]


def _spelt(location: tuple[Any, ...]) -> str:
    """Spell a place as a person would: ``features[3].column`` is the column of the third feature."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def _unknown_key(location: tuple[Any, ...], full: str, root: type[BaseModel]) -> Fault:
    key, known = str(location[-1]), _known_keys(location[:-1], root)
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    remedy = f"did you mean '{near[0]}'?" if near else "remove it"
    return Fault(full, f"unknown key '{key}'", ", ".join(known), remedy)


def _known_keys(location: tuple[Any, ...], root: type[BaseModel]) -> list[str]:
    """Walk the models along a location (names, list places, table keys) to the keys that it allows."""
    model: Any = root
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = _inner_model(model.model_fields[str(part)].annotation)
    return sorted(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _inner_model(annotation: Any) -> Any:
    """Give the model inside tuple[Model, ...], dict[str, Model] or Model | None, else the annotation itself."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if isinstance(found := _inner_model(inner), type) and issubclass(found, BaseModel):
            return found
    return annotation
