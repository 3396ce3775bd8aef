"""The folder of a score run: its files, its manifest, and reading it back. No pandas.

A score run is in place whole or not at all; every row of the roster is accounted for in its manifest.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from earlywarn.errors import Fault, ScorecardError, UsageError, WithdrawnError
from earlywarn.files import PRIVATE, readable_json, sha256_file
from earlywarn.withdrawal import PREFIX, Withdrawal, read_withdrawal

FORMAT = "earlywarn-score-run/1"
MANIFEST, SCORES, GROUPS, INPUTS = "manifest.json", "scores.parquet", "groups.parquet", "inputs.parquet"
FLAGS, QUARANTINE, SUMMARY = "flags.csv", "quarantine.csv", "summary.html"


@dataclass(frozen=True)
class Counts:
    """Rows in = scored + not enough data + out of scope + merged + quarantined, always."""

    rows_in: int
    scored: int
    not_enough_data: int
    out_of_scope: int
    merged: int
    quarantined: int
    flagged: int

    def __post_init__(self) -> None:
        parts = self.scored + self.not_enough_data + self.out_of_scope + self.merged + self.quarantined
        if self.rows_in != parts:
            raise AssertionError(f"rows do not add up: {self}")


@dataclass(frozen=True)
class Manifest:
    """What a score run was made of and what became of every row.

    Attributes
    ----------
    inputs
        File name -> sha256 of what was read.
    files
        File name -> sha256 of what was written.
    promotion
        The line of the record that put the scorecard in force.
    profile
        Counts of the roster for the next check; no value of a single student.
    changes
        Totals of what changed since the run before, by kind and cause, and which runs were passed over.
    withdrawn
        When, by whom and why the list was withdrawn, and the sha256 of the files before they were marked; or nothing.
    """

    name: str
    version: int
    as_of: date
    scorecard: str
    verdict: str
    standing: str
    counts: Counts
    inputs: Mapping[str, str]
    files: Mapping[str, str]
    promotion: Mapping[str, Any]
    profile: Mapping[str, Any]
    software: Mapping[str, str]
    format: str = FORMAT
    changes: Mapping[str, Any] = field(default_factory=dict)
    withdrawn: Mapping[str, Any] = field(default_factory=dict)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json with the hashes of the files that lie beside it."""
    hashed = {path.name: sha256_file(path) for path in sorted(folder.iterdir())}
    record = asdict(manifest) | {"files": hashed, "as_of": manifest.as_of.isoformat()}
    path = folder / MANIFEST
    path.touch(PRIVATE)  # its profile counts small groups exactly
    path.write_bytes(readable_json(record))


@dataclass(frozen=True)
class StoredRun:
    """A score run read back: its folder, its manifest, and each file's rows on demand."""

    folder: Path
    manifest: Manifest
    tables: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the run is called: the name of its folder, from wherever it was opened."""
        return self.folder.resolve().name

    @property
    def withdrawal(self) -> Withdrawal | None:
        """When, by whom and why its list was withdrawn; None where it was not."""
        return read_withdrawal(self.manifest.withdrawn)

    def table(self, name: str) -> Any:
        """Read one Parquet file of the run, once.

        Raises
        ------
        ScorecardError
            Its bytes are not those that the manifest names.
        """
        if name not in self.tables:
            path = self.folder / name
            if not path.is_file() or sha256_file(path) != self.manifest.files.get(name):
                raise ScorecardError(
                    Fault(str(path), "not the file that this score run wrote", "the bytes named in manifest.json",
                          "score the roster again")
                )  # fmt: skip
            with pq.ParquetFile(path) as file:
                self.tables[name] = file.read()
        return self.tables[name]


def open_run(folder: Path) -> StoredRun:
    """Open a score run.

    Raises
    ------
    UsageError
        No such folder, or not a score run.
    """
    path = folder / MANIFEST
    if not path.is_file():
        found = "this is no score run: it has no manifest.json" if folder.is_dir() else "no such folder"
        raise UsageError(Fault(str(folder), found, "a folder that 'earlywarn score' has written", "check the path"))
    try:
        run = StoredRun(folder, _manifest(json.loads(path.read_bytes())))
        _ = run.withdrawal  # a manifest that says so in a way nobody can read is damaged
        return run
    except (ValueError, KeyError, TypeError) as error:
        raise ScorecardError(
            Fault(
                str(path),
                f"not a manifest ({type(error).__name__})",
                FORMAT,
                "move the folder away and score the roster again",
            )
        ) from None


def whole_run(folder: Path) -> StoredRun:
    """Open a score run of which every file is there as it was written.

    Raises
    ------
    ScorecardError
        A file is gone or altered, or the manifest is.
    """
    remedy = "move this folder away, then run the same command again"
    if not (folder / MANIFEST).is_file():
        raise ScorecardError(Fault(str(folder), "a score run without its manifest, or no score run", remedy=remedy))
    run = open_run(folder)
    spoilt = [name for name, sha in run.manifest.files.items() if not (_is(folder / name, sha) or _unmarked(run, name))]
    if spoilt:
        raise ScorecardError(Fault(str(folder), f"no longer whole: {', '.join(spoilt)} gone or altered", remedy=remedy))
    return run


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_file(path) == sha256


def _unmarked(run: StoredRun, name: str) -> bool:
    """Tell whether a file of a withdrawn run is there as it was, since its marking was stopped."""
    old = name.removeprefix(PREFIX)
    before = run.withdrawal.files_before if run.withdrawal else {}
    return old in before and _is(run.folder / old, before[old])


def refuse_withdrawn(run: StoredRun, remedy: str) -> StoredRun:
    """Give the run unless its list was withdrawn.

    Raises
    ------
    WithdrawnError
        With the day, the name and the reason.
    """
    if run.withdrawal is not None:
        raise WithdrawnError(Fault(str(run.folder), f"this list was {run.withdrawal.words}", remedy=remedy))
    return run


def newest_run(out: Path, name: str) -> StoredRun | None:
    """Give the newest score run of a model that was not withdrawn, if there is one; its manifest alone is read."""
    runs = []
    for path in sorted(out.glob(f"*/{MANIFEST}")):
        try:
            run = open_run(path.parent)
        except ScorecardError:
            continue  # a damaged old run is told by whoever opens it
        if run.manifest.name == name and run.withdrawal is None:
            runs.append(run)
    return max(runs, key=lambda run: run.manifest.as_of, default=None)


def _manifest(raw: dict[str, Any]) -> Manifest:
    if raw["format"] != FORMAT:
        raise ValueError("another format")
    return Manifest(**{**raw, "as_of": date.fromisoformat(raw["as_of"]), "counts": Counts(**raw["counts"])})
