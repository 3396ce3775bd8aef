"""Where a row stands, as people count: a file and a line. A place is one number over all parts of a folder."""

from typing import Any

PART = 1 << 40
"""A row's place is part * PART + line; in a single file it is the line."""


def whereabouts(source: Any, place: int) -> tuple[str, int]:
    """Give the file's name and the line of a place."""
    parts = getattr(source, "parts", ())
    return (parts[place // PART], place % PART) if parts else (source.file, place)


def beside(here: tuple[str, int], there: tuple[str, int]) -> str:
    """Name another row for somebody who looks at one: by its line, and by its file where that is another."""
    return f"line {there[1]}" if here[0] == there[0] else f"line {there[1]} of {there[0]}"
