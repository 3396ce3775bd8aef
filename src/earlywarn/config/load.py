"""Read an experiment TOML; all faults at once, an unknown key with the nearest known one."""

import difflib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from earlywarn.config.experiment import Experiment, Serving
from earlywarn.errors import ConfigError, Fault, ScorecardError, UsageError


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


def read_config(path: Path) -> bytes:
    """Read the bytes of an experiment TOML.

    Raises
    ------
    UsageError
        No such file, or a folder.
    """
    if not path.is_file():
        found = "this is a folder" if path.is_dir() else "no such file"
        raise UsageError(
            Fault(str(path), found, "an experiment TOML", "check the path, or begin with 'earlywarn init'")
        )
    return path.read_bytes()


def parse_experiment(content: bytes, where: str) -> Experiment:
    """Check the bytes of an experiment TOML; ``where`` names them in errors."""
    try:
        raw = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(Fault(where, f"not UTF-8 at byte {error.start}", "UTF-8 text", "save it as UTF-8")) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(Fault(where, f"not TOML: {error}", remedy="mend that line")) from None
    groups = _group_faults(raw, where)
    try:
        experiment = Experiment.model_validate(raw)
    except ValidationError as error:
        faults = [fault for fault in _faults(error, where) if not _is_told(fault, groups)]
        raise ConfigError([*groups, *faults]) from None
    return experiment


def parse_serving(raw: Any, where: str) -> Serving:
    """Check the part of an experiment that travels inside a scorecard."""
    try:
        return Serving.model_validate(raw)
    except ValidationError as error:
        raise ScorecardError(_faults(error, where)) from None


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


def _is_told(fault: Fault, told: list[Fault]) -> bool:
    return any(fault.where == other.where for other in told)


def _faults(error: ValidationError, where: str) -> list[Fault]:
    return [fault for detail in error.errors() for fault in _detail_faults(detail, where)]


def _detail_faults(detail: Any, where: str) -> list[Fault]:
    place = _spelt(detail["loc"])
    full = f"{where}: {place}" if place else where
    if detail["type"] == "extra_forbidden":
        return [_unknown_key(detail["loc"], full)]
    if detail["type"] == "missing":
        return [Fault(full, "this key is missing", remedy="add it; 'earlywarn init' writes a commented example")]
    if detail["type"] == "value_error":
        return [Fault(full, line) for line in detail["msg"].removeprefix("Value error, ").splitlines()]
    allowed = detail["msg"].replace("Input should", "it should").replace("String should", "it should")
    return [Fault(full, "not a value that this key takes", allowed, "mend it; docs/config.md has every key")]


def _spelt(location: tuple[Any, ...]) -> str:
    """Spell a place as a person would: ``features[3].column`` is the column of the third feature."""
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")


def _unknown_key(location: tuple[Any, ...], full: str) -> Fault:
    key, known = str(location[-1]), _known_keys(location[:-1])
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    remedy = f"did you mean '{near[0]}'?" if near else "remove it"
    return Fault(full, f"unknown key '{key}'", ", ".join(known), remedy)


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    """Walk the models along a location (names, list places, table keys) to the keys that it allows."""
    model: Any = Experiment
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
