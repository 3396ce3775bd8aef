"""Where a command may write: refuses what is there already, and a file where a folder is to be."""

from pathlib import Path

from earlywarn.errors import Fault, UsageError


def refuse_to_overwrite(path: Path | None, option: str) -> None:
    """Refuse to write where something is already."""
    if path is not None and path.exists():
        found = "this is a folder" if path.is_dir() else "this file is there already"
        raise UsageError(Fault(str(path), found, remedy=f"give another {option}, or move it away"))


def refuse_file(path: Path, option: str) -> None:
    """Refuse a file where a folder is to be, itself or above it, before anything is read."""
    if not _is_text(str(path)):
        remedy = f"give another {option}, in letters that every program can write"
        raise UsageError(Fault(option, "a name that is no UTF-8 text", "a folder named in UTF-8", remedy))
    found = next((each for each in (path, *path.parents) if each.exists()), path)
    if found.exists() and not found.is_dir():
        remedy = f"give another {option}, or move the file away"
        raise UsageError(Fault(str(path), f"{found} is a file", f"{option}: a folder, or a new name for one", remedy))


def _is_text(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
