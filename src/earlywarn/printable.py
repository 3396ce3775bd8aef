"""Texts from outside as one short printable line: codes, column names and file names that nobody has vetted.

It changes what is shown and never what is read: two texts that differ may look alike, so nothing is told apart by it.
"""

import unicodedata

MOST = 40
"""Letters of a text that are shown; the middle of a longer one is left out."""

KEPT_END = 10
"""Letters kept of the end, where numbers and endings stand."""

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
ISOLATE, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


def one_line(text: str) -> str:
    r"""Give a text without line breaks, controls, marks of direction and broken letters; spaces stand in their place.

    >>> one_line("a\nb\u202ec\x1b[31m")
    'a b c [31m'
    """
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())


def short(text: str, most: int = MOST) -> str:
    """Give a text on one line, of at most so many letters; letters from right to left turn nothing around them.

    >>> short("x" * 50)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxxx'
    """
    line = one_line(text)
    if len(line) > most:
        line = f"{line[: most - KEPT_END - 1].rstrip()}{ELLIPSIS}{line[-KEPT_END:].lstrip()}"
    if any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in line):
        return f"{ISOLATE}{line}{POP}"
    return line
