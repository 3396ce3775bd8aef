"""How the query looks on the page: CASE a line each, long lists on lines that can be read; refuses nothing."""

from collections.abc import Sequence

WIDTH = 110


def case(lines: Sequence[str], otherwise: str, depth: int = 0) -> str:
    """Write a CASE of so many lines; ``depth`` is how deep it stands in others."""
    indent = "    " + "  " * depth
    inner = "".join(f"\n{indent}  {line}" for line in (*lines, f"ELSE {otherwise}"))
    return f"CASE{inner}\n{indent}END"


def flow(parts: Sequence[str], joint: str) -> str:
    """Join parts on lines of a width that can be read; a part is never broken, since it may be a text."""
    lines = [""]
    for place, part in enumerate(parts):
        piece = part + joint * (place < len(parts) - 1)
        if lines[-1] and len(lines[-1]) + len(piece) > WIDTH:
            lines.append("")
        lines[-1] += piece
    return "\n      ".join(line.rstrip(" ") for line in lines)
