"""Numbers, lists and dates as people read them: one spelling each, a real minus sign, hard spaces.

Shares are told in percent, gaps between shares in students of 100, all else in plain decimals. It
refuses to round a count of students; that is for :mod:`earlywarn.report.privacy`.
"""

import math
from collections.abc import Callable, Iterable
from datetime import date

MINUS = "\N{MINUS SIGN}"
HARD_SPACE = "\N{NO-BREAK SPACE}"
NOTHING = "\N{EM DASH}"
"""Stands where a figure does not apply."""

TINY = 1e-9

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def count(number: int) -> str:
    """Give a whole number with commas.

    >>> count(1614)
    '1,614'
    """
    return f"{number:,}".replace("-", MINUS)


def decimal(value: float, places: int = 3) -> str:
    """Give a plain decimal; what rounds to zero has no sign.

    >>> decimal(0.88594), decimal(-0.0001)
    ('0.886', '0.000')
    """
    return f"{_rounded(value, places):,.{places}f}".replace("-", MINUS)


def whole(value: float) -> str:
    """Give the nearest whole number; what rounds to zero has no sign.

    >>> whole(1204.4), whole(-0.4)
    ('1,204', '0')
    """
    return decimal(float(round(value)), 0)


def signed(value: float, places: int = 3) -> str:
    """Give a decimal that always tells its side of zero.

    >>> signed(0.0213), signed(-0.5, 1) == MINUS + "0.5", signed(0.0001)
    ('+0.021', True, '0.000')
    """
    held = _rounded(value, places)
    return f"+{held:,.{places}f}" if held > 0 else decimal(held, places)


def percent(share: float, places: int = 1) -> str:
    """Give a share in percent; the space before the sign does not break.

    >>> percent(0.479).replace(HARD_SPACE, "_")
    '47.9_%'
    """
    return f"{decimal(100 * share, places)}{HARD_SPACE}%"


def bare_percent(share: float, places: int = 1) -> str:
    """Give a share in percent without the sign, for the ends of an interval."""
    return decimal(100 * share, places)


def of_hundred(gap: float, places: int = 1) -> str:
    """Give a gap between two shares in students of 100.

    >>> of_hundred(0.0314)
    '+3.1'
    """
    return signed(100 * gap, places)


def is_coarse(*numbers: float) -> bool:
    """Tell whether all numbers were rounded to hundredths: then one place more would claim too much.

    >>> is_coarse(0.29, 0.01, 0.96), is_coarse(0.29, 0.014, 0.96)
    (True, False)
    """
    return all(abs(100 * number - round(100 * number)) < TINY for number in numbers if math.isfinite(number))


def times(ratio: float) -> str:
    """Give a ratio of two shares.

    >>> times(1.534)
    '1.53 times'
    """
    return f"{bare_times(ratio)} times"


def bare_times(ratio: float) -> str:
    """Give a ratio without the word, for the ends of an interval."""
    return "over 100" if ratio > 100 else decimal(ratio, 2)


def limit(value: float) -> str:
    """Give a limit in students of 100, with no more places than it has.

    >>> limit(0.05), limit(0.125)
    ('5', '12.5')
    """
    return decimal(100 * abs(value), 1).removesuffix(".0")


def span(ends: tuple[float, float], write: Callable[[float], str]) -> str:
    """Give an interval in words.

    >>> span((0.441, 0.517), bare_percent)
    '44.1 to 51.7'
    """
    return f"{write(ends[0])} to {write(ends[1])}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Give a list as it is spoken.

    >>> listed(["reading", "mathematics", "science"])
    'reading, mathematics and science'
    """
    held = list(words)
    return f" {last} ".join([", ".join(held[:-1]), held[-1]] if held[1:] else held)


def day(when: date) -> str:
    """Give a date with the month in words.

    >>> day(date(2027, 6, 30))
    '30 June 2027'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def planned(number: float) -> int:
    """Give a number to plan with: two significant digits from a hundred on, else one; at least 1.

    >>> planned(1668.3), planned(161.2), planned(91), planned(34.2), planned(3.1), planned(0.2)
    (1700, 160, 90, 30, 3, 1)
    """
    digits = 2 if number >= 100 else 1
    scale: int = 10 ** max(len(str(math.floor(number))) - digits, 0)
    return max(math.floor(number / scale + 0.5) * scale, 1)


def roughly(number: float) -> int:
    """Give a number to two significant digits, upwards, for what can only be said roughly.

    >>> roughly(1668.3), roughly(34.2), roughly(3.1)
    (1700, 35, 4)
    """
    scale: int = 10 ** max(len(str(max(math.ceil(number), 1))) - 2, 0)
    return math.ceil(number / scale) * scale


def capital(sentence: str) -> str:
    """Give the sentence with a capital first letter, the rest untouched."""
    return sentence[:1].upper() + sentence[1:]


def plural(number: int, one: str, many: str = "") -> str:
    """Give a count with its noun.

    >>> plural(1, "student"), plural(1200, "student")
    ('1 student', '1,200 students')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def _rounded(value: float, places: int) -> float:
    return round(value, places) + 0.0  # + 0.0 turns -0.0 into 0.0
