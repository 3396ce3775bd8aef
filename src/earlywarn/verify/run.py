"""Verify a score run: read every file again, hold it against the manifest, the home and, if given, the roster.

It changes nothing, and says all that does not hold at once.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from earlywarn.capacity import seats_for
from earlywarn.columns import Ints
from earlywarn.config.experiment import Serving
from earlywarn.config.load import parse_serving
from earlywarn.errors import EarlywarnError, Fault, UsageError
from earlywarn.files import sha256_file, sha256_of
from earlywarn.manifest import ManifestForm, WithdrawalForm, read_form
from earlywarn.promotions import RECORD, check_papers, load_scorecard, read_record
from earlywarn.score_run import FLAGS, GROUPS, INPUTS, MANIFEST, SCORES
from earlywarn.scorecard.table import Scorecard
from earlywarn.verify.again import again_from_inputs, again_from_roster
from earlywarn.verify.findings import WORDS, Faults, Finding, Told
from earlywarn.verify.lists import look_at_flags, look_at_quarantine
from earlywarn.verify.rows import STATUSES, Walk, blocks, look_again, look_at_ranks, open_files, walk_of
from earlywarn.withdrawal import PREFIX, read_withdrawal

SAMPLE = 1000
"""Students scored again, unless another number is asked for."""


@dataclass(frozen=True)
class Asked:
    """Which run, against which home and roster; ``sample`` students are scored again."""

    run: Path
    home: Path
    roster: Path | None = None
    sample: int = SAMPLE


@dataclass(frozen=True)
class Verified:
    """What was found; ``notices`` are sentences that a reader must know though nothing is wrong."""

    run: Path
    manifest: ManifestForm | None
    findings: tuple[Finding, ...]
    notices: tuple[str, ...]
    sampled: int

    @property
    def holds(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not any(finding.told is Told.FAULT for finding in self.findings)


def verify(asked: Asked) -> Verified:
    """Say what holds of a score run and what does not.

    Raises
    ------
    UsageError
        No such folder.
    """
    if not asked.run.is_dir():
        allowed = "a folder that 'earlywarn score' has written"
        found = "a file, no folder" if asked.run.exists() else "no such folder"
        raise UsageError(Fault(str(asked.run), found, allowed, "check the path"))
    if asked.roster is not None and not asked.roster.exists():
        raise UsageError(Fault(str(asked.roster), "no such file", "the roster that was scored", "check the path"))
    path, faults = asked.run / MANIFEST, Faults()
    content = path.read_bytes() if path.is_file() else b""
    manifest, wrong = read_form(content) if content else (None, ("manifest.json is missing or empty",))
    faults.say("manifest", *wrong)
    if manifest is None:
        for name in set(WORDS) - {"manifest"}:
            faults.leave(name, "without a manifest there is nothing to hold it against")
        return Verified(asked.run, None, faults.findings(), (), 0)
    _look_at_files(asked.run, manifest, faults)
    card, serving = _look_at_standing(asked.home, manifest, faults)
    _look_at_seats(manifest, serving, faults)
    sampled = _look_at_rows(asked, manifest, (card, serving), int(sha256_of(content)[:8], 16), faults)
    look_at_quarantine(asked.run, manifest.counts.quarantined, faults)
    return Verified(asked.run, manifest, faults.findings(), _notices(manifest), sampled)


def _look_at_files(run: Path, manifest: ManifestForm, faults: Faults) -> None:
    there = {path.name for path in run.iterdir()} - {MANIFEST}
    for name in sorted(there | manifest.files.keys()):
        path = run / name
        if name not in manifest.files:
            faults.say("files", f"{name} is surplus: the manifest does not name it")
        elif name not in there:
            faults.say("files", f"{name} is missing")
        elif not path.is_file() or sha256_file(path) != manifest.files[name]:
            faults.say("files", f"{name} has other bytes than the manifest names")
    faults.say("files", *(f"{name} is not among the files" for name in (SCORES, GROUPS) if name not in manifest.files))


def _look_at_standing(home: Path, manifest: ManifestForm, faults: Faults) -> tuple[Scorecard | None, Serving | None]:
    told = manifest.promotion.model_dump(mode="json")
    try:
        lines = [line for line in read_record(home) if line.to_json() == told]
        if not lines:
            faults.say("standing", f"the promotion that the manifest names stands in no line of {home / RECORD}")
        for line in lines[-1:]:
            check_papers(home, line)
        card = load_scorecard(home, manifest.scorecard)
        serving = parse_serving(card.serving, f"scorecard {card.sha256[:12]}")
    except EarlywarnError as error:
        faults.say("standing", *(f"{fault.where}: {fault.found}" for fault in error.faults))
        for name in ("again", "roster"):
            faults.leave(name, "there is no scorecard to score with: give the --home that scored this run")
        return None, None
    differs = [key for key in ("name", "version", "scorecard", "verdict") if told[key] != getattr(manifest, key)]
    faults.say("standing", *(f"the manifest's {key} is not its promotion's" for key in differs))
    return card, serving


def _look_at_seats(manifest: ManifestForm, serving: Serving | None, faults: Faults) -> None:
    counts = manifest.counts
    if serving is not None:
        seats = min(seats_for(serving.capacity.share, counts.scored + counts.not_enough_data), counts.scored)
        if counts.flagged != seats:
            faults.say("flagged", f"the manifest counts {counts.flagged:,} flagged, the capacity has {seats:,} seats")


def _look_at_rows(
    asked: Asked,
    manifest: ManifestForm,
    model: tuple[Scorecard | None, Serving | None],
    seed: int,
    faults: Faults,
) -> int:
    names = [SCORES, GROUPS, *([INPUTS] if INPUTS in manifest.files else [])]
    files = open_files(asked.run, names, faults)
    if SCORES not in files:
        for name in ("rows", "ids", "beside", "values", "ranks", "flagged", "flags", "again", "roster"):
            faults.leave(name, "scores.parquet is missing or cannot be read")
        return 0
    rows = files[SCORES].metadata.num_rows
    walk = walk_of(rows, _sample(rows, asked.sample, seed), model[0], manifest.counts.flagged, faults)
    if not _walked(walk, files):
        return 0
    _look_at_counts(manifest, walk)
    look_at_ranks(walk)
    look_at_flags(_flags_of(asked.run, manifest), walk.flagged, faults)
    look_again(asked.run / SCORES, walk, None if model[1] is None else model[1].seed)
    if model[0] is not None and model[1] is not None:
        _again(asked, manifest, (model[0], model[1]), walk)
    return len(walk.sample)


def _walked(walk: Walk, files: Mapping[str, Any]) -> bool:
    """Look at every row; tells whether it came to the end."""
    with ExitStack() as stack:
        for file in files.values():
            stack.enter_context(file)
        try:
            for start, batches in blocks(files):
                walk.add(start, batches)
        except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
            walk.faults.say("rows", f"the rows cannot be read to the end ({type(error).__name__})")
            for name in ("ids", "beside", "values", "ranks", "flagged", "flags", "again", "roster"):
                walk.faults.leave(name, "the rows cannot be read to the end")
            return False
    return True


def _flags_of(run: Path, manifest: ManifestForm) -> Path:
    """Give the list as it is named, another way once it is withdrawn."""
    return run / (PREFIX + FLAGS if isinstance(manifest.withdrawn, WithdrawalForm) else FLAGS)


def _look_at_counts(manifest: ManifestForm, walk: Walk) -> None:
    counts = (manifest.counts.scored, manifest.counts.not_enough_data, manifest.counts.out_of_scope)
    for name, counted, found in zip(STATUSES, counts, walk.status.tolist(), strict=True):
        if counted != found:
            walk.faults.say("rows", f"{name}: the manifest counts {counted:,}, scores.parquet holds {found:,}")


def _again(asked: Asked, manifest: ManifestForm, model: tuple[Scorecard, Serving], walk: Walk) -> None:
    if not walk.scores:
        for name in ("again", "roster"):
            walk.faults.leave(name, "no student was asked for")
        return
    rows = pa.Table.from_batches(walk.scores)
    if walk.inputs:
        again_from_inputs(*model, rows, pa.Table.from_batches(walk.inputs), walk.faults)
    else:
        walk.faults.leave("again", "this run was written without inputs.parquet")
    if asked.roster is not None:
        again_from_roster(*model, manifest, asked.roster, rows, walk.faults)
    else:
        walk.faults.leave("roster", "no --roster was given")


def _sample(count: int, wanted: int, seed: int) -> Ints:
    """Draw rows by a seed that the manifest itself gives: the same run has the same sample everywhere."""
    chosen = np.random.default_rng(seed).choice(count, min(wanted, count), replace=False)
    return np.sort(chosen).astype(np.int64)


def _notices(manifest: ManifestForm) -> tuple[str, ...]:
    """Say what a reader must know of a run that is whole; a withdrawn run is told here."""
    if not isinstance(manifest.withdrawn, WithdrawalForm):
        return ()
    withdrawal = read_withdrawal(manifest.withdrawn.model_dump(mode="json"))
    return (f"do not use this list: it was {withdrawal.words}",) if withdrawal else ()


def as_plain(verified: Verified) -> dict[str, Any]:
    """Give what was found as plain values."""
    return {
        "folder": str(verified.run),
        "holds": verified.holds,
        "notices": list(verified.notices),
        "withdrawn": bool(verified.manifest and verified.manifest.withdrawn),
        "sampled": verified.sampled,
        "findings": [
            {"name": f.name, "words": f.words, "told": f.told.value, "faults": list(f.faults), "why_not": f.why_not}
            for f in verified.findings
        ],
    }
