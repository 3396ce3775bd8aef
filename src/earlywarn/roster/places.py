"""Where a row stands, as people count: a file and a line. A place is one number over all parts of a folder."""

from earlywarn.roster import blocks
from earlywarn.roster.blocks import Source


def whereabouts(source: Source, place: int) -> tuple[str, int]:
    """Give the file's name and the line of a place."""
    return blocks.whereabouts(source.parts or (source.file,), place)


def beside(here: tuple[str, int], there: tuple[str, int]) -> str:
    """Name another row for somebody who looks at one: by its line, and by its file where that is another."""
    return f"line {there[1]}" if here[0] == there[0] else f"line {there[1]} of {there[0]}"
