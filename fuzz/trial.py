"""One hostile file through the door: refused by our own error, or every row counted once."""

import contextlib
import gzip
from collections.abc import Iterator
from pathlib import Path

import earlywarn
from earlywarn.config.experiment import Experiment
from earlywarn.config.load import parse_experiment
from earlywarn.errors import EarlywarnError, MachineError
from earlywarn.roster.door import Door, check_share, open_roster
from earlywarn.roster.read import open_source

_CODECS = {"UTF-8": "utf-8-sig", "Windows-1252": "cp1252", "UTF-16": "utf-16"}


def config() -> Experiment:
    return parse_experiment((Path(earlywarn.__file__).parent / "demo.toml").read_bytes(), "demo.toml")


def outcome_of(path: Path, serving: Experiment) -> tuple[str, str]:
    """Give "taken" or "refused", and "" or what is wrong with that."""
    try:
        door = open_roster(path, serving)
    except MachineError as error:
        return "refused", f"as a fault of the machine: {error}"
    except EarlywarnError as error:
        plain = all(fault.where and fault.found for fault in error.faults) and bool(error.faults)
        return "refused", "" if plain else "without a place or a reason"
    with contextlib.suppress(EarlywarnError):
        check_share(door, serving)
    return "taken", "; ".join(_wrongs(door, path))


def _wrongs(door: Door, path: Path) -> Iterator[str]:
    counts = door.counts
    if counts.rows_in != counts.accepted + counts.merged + counts.quarantined:
        yield f"rows do not add up: {counts}"
    kinds = [set(door.roster.lines.tolist()), set(door.merged_lines), {refusal.line for refusal in door.refusals}]
    if not sum(map(len, kinds)) == len(set().union(*kinds)) == counts.rows_in:
        yield f"a row is counted twice or never: {counts}, {[len(kind) for kind in kinds]}"
    if len(door.groups) != len(door.roster) != counts.accepted:
        yield "groups and rows differ"
    plain = _plain_count(path)
    if plain is not None and plain != counts.rows_in:
        yield f"{plain} rows by a plain count, {counts.rows_in} by the door"


def _plain_count(path: Path) -> int | None:
    """Count rows without the reader's code: lines of a text file without quotes; None where that tells nothing."""
    content = path.read_bytes()
    guesses = {guess.what: guess.found for guess in open_source(path).guesses}
    if "encoding" not in guesses:
        return None
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode(_CODECS[guesses["encoding"]])
    if '"' in text:
        return None
    blank = " \r\n" if guesses["separator"] == "tabs" else None
    lines = iter(text.split("\n"))
    next(line for line in lines if line.strip())
    return sum(1 for line in lines if line.strip(blank))
