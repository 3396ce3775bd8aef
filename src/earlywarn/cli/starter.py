"""A first experiment TOML from a roster's columns: what is sure stands, what is guessed says TODO.

Nothing that might be a group of students is ever proposed as an input.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from earlywarn.roster.glance import Look, Seen, Sheet, look_at, spread_by
from earlywarn.roster.recognise import TITLES, Role, column_words

FEWEST_RESULTS = 30
"""With fewer results in a grade their 30th percentile would say too much of single students."""

FEWEST_WITH_CODE = 10
MOST_CODES = 20
_HIGHER = frozenset({"absent", "absence", "absences", "tardy", "suspensions", "incidents", "referrals"})
_LOWER = frozenset({"gpa", "attendance", "present", "credits"})
_NAME_IT = "  # TODO: name the column"


def starter_toml(path: Path) -> str:
    """Give the text of a commented experiment TOML for this roster's columns.

    Raises
    ------
    UsageError, RosterError, MachineError
        The roster cannot be read.
    """
    sheet = look_at(path)
    sections = (_top, _standard, _roster, _cohort, _features, _left_out, _groups, _rest)
    return "\n".join(line for section in sections for line in section(sheet)) + "\n"


def _top(sheet: Sheet) -> Iterator[str]:
    name = re.sub(r"[^a-z0-9]+", "-", sheet.path.stem.lower()).strip("-") or "experiment"
    yield f"# An experiment for {_quoted(sheet.path.name)}, proposed by 'earlywarn init' from its columns."
    yield "# Every TODO is a guess or a gap: read it, mend it, take the word away."
    for doubt in sheet.warnings:
        told = _quoted(f"{doubt.where}: {doubt.what}: {doubt.found}; {doubt.sure}")
        yield f"# TODO: {told[1:-1]}"
    yield from (f"# MUST FILL before training: {gap}" for gap in _gaps(sheet))
    yield f"name = {_quoted(name)}"
    yield f"title = {_quoted(f'{sheet.path.stem}: who may need support to meet the standard')}"
    yield "seed = 1"


def _gaps(sheet: Sheet) -> Iterator[str]:
    for key in ("student_id", "school_id", "school_year", "grade"):
        if not sheet.key(key):
            yield f"roster.{key}: no column looks like it"
    if not sheet.subjects:
        yield "roster.results, standard.cuts, the feature 'reading': no column looks like a test result"
    if not sheet.of(Role.GROUP):
        yield "groups: no column looks like sex, race, lunch status, language or disability"


def _standard(sheet: Sheet) -> Iterator[str]:
    yield "\n# One bar for everyone: a result below the cut of its grade misses the standard."
    yield "# TODO: put your official cuts. These are stand-ins: the 30th percentile and the deviation"
    yield "# of this file's own results, or 0 and 1 where a grade has too few of them to say."
    yield "[standard]"
    yield f"id = {_quoted('district-standard')}  # TODO"
    yield f"title = {_quoted('at grade level by the end of the next grade')}  # TODO"
    yield f"grades = {_list(sheet.grades)}  # TODO: all grades of the roster, in ascending order"
    yield "cuts = ["
    for subject in sheet.subjects or ["reading"]:
        for grade, cut, spread in _cuts(sheet, subject):
            names = f"subject = {_quoted(subject)}, grade = {_quoted(grade)}"
            yield f"  {{ {names}, cut = {cut:g}, spread = {spread:g} }},  # TODO"
    yield "]"


def _cuts(sheet: Sheet, subject: str) -> Iterator[tuple[str, float, float]]:
    seen, grade = sheet.results.get((subject, 0)), sheet.key("grade")
    known = spread_by(sheet.path, seen.column, grade.column) if seen and grade else {}
    for name in sheet.grades:
        count, cut, spread = known.get(name, (0, 0.0, 0.0))
        told = count >= FEWEST_RESULTS and spread > 0
        yield (name, float(f"{cut:.4g}"), float(f"{spread:.3g}")) if told else (name, 0.0, 1.0)


def _roster(sheet: Sheet) -> Iterator[str]:
    yield "\n# Which column of the roster file is what."
    yield "[roster]"
    for key in ("student_id", "school_id", "school_year", "grade"):
        seen = sheet.key(key)
        yield f"{key} = {_quoted(seen.column if seen else key)}{'' if seen else _NAME_IT}"
    columns = {subject: sheet.results[subject, 0].column for subject in sheet.subjects}
    yield f"results = {_table(columns or {'reading': 'reading'})}{'' if columns else _NAME_IT}"
    yield "max_quarantined = 0.02  # a file with a larger share of refused rows is refused whole"


def _cohort(sheet: Sheet) -> Iterator[str]:
    year = sheet.key("school_year")
    years = sorted(int(text) for text in year.look.values if re.fullmatch(r"\d{4}", text)) if year else []
    # The outcome comes a year later, so the last year of the file can test nothing yet.
    test_year, why = (years[-2], "") if len(years) > 1 else (years[0] if years else 2000, "  # TODO")
    yield "\n# Rows of earlier years teach, rows of test_year test; the outcome is the next year's result."
    yield "[cohort]"
    yield f"grades = {_list(sheet.grades[:-1])}"
    yield f"test_year = {test_year}{why}"
    yield 'year_ends = "06-30"  # TODO: the last day of your school year'
    yield f"known_inputs = {_list(sheet.subjects or ['reading'])}"
    yield "min_known = 1  # a student with fewer of these is 'not enough data'"


def _features(sheet: Sheet) -> Iterator[str]:
    yield "\n# What the models may know. Titles and units are what counselors read."
    results = [sheet.results[key] for key in reversed(sheet.results)]
    if not sheet.subjects:
        yield from _result_feature("reading", "reading", 0, "Reading result")
    used = {"reading"} if not sheet.subjects else set()
    for seen in [seen for seen in results if seen.guess.name in sheet.subjects]:
        subject, years_ago = seen.guess.name, seen.guess.years_ago
        used.add(name := f"{subject}_before" if years_ago else subject)
        title = f"{subject.capitalize()} result{' a year earlier' if years_ago else ''}"
        yield from _result_feature(name, seen.column, years_ago, title)
    for seen in _numbers(sheet):
        used.add(name := _new_name(seen.column, used))
        yield from _number_feature(name, seen)


def _result_feature(name: str, column: str, years_ago: int, title: str) -> Iterator[str]:
    yield "\n[[features]]"
    yield f"name = {_quoted(name)}"
    yield 'type = "result"'
    yield f"subject = {_quoted(name.removesuffix('_before'))}"
    if years_ago:
        yield f"years_ago = {years_ago}"
    yield f"column = {_quoted(column)}"
    yield f"title = {_quoted(title)}"
    yield 'unit = "points"'
    yield 'risk = "lower"  # a lower result, a higher risk'
    if not years_ago:
        yield "changeable = true"


def _numbers(sheet: Sheet) -> list[Seen]:
    """Give the number columns that are no result of a subject of the standard."""
    taken = [seen for (subject, _), seen in sheet.results.items() if subject in sheet.subjects]
    numbers = [seen for seen in sheet.columns if seen.look.is_number and seen not in taken]
    return [seen for seen in numbers if seen.guess.role in (Role.OTHER, Role.RESULT)]


def _number_feature(name: str, seen: Seen) -> Iterator[str]:
    words = set(column_words(seen.column))
    yield "\n[[features]]"
    yield f"name = {_quoted(name)}"
    yield 'type = "number"'
    yield f"column = {_quoted(seen.column)}"
    yield f"title = {_quoted(_title(seen.column))}  # TODO: in plain words"
    if words & (_HIGHER | _LOWER):
        yield f'risk = "{"higher" if words & _HIGHER else "lower"}"  # TODO: check the direction'
    else:
        yield '# risk = "higher"  # TODO: "higher" or "lower" where the direction is known'
    yield "# minimum = 0  # TODO: the least and the most that can be true; what lies beyond is refused"
    yield "# maximum = 100"
    yield "# changeable = true  # TODO: can the school change it?"


def _left_out(sheet: Sheet) -> Iterator[str]:
    if gone := [*sheet.of(Role.LEFT_OUT), *_repeated_keys(sheet)]:
        yield f"\n# Left out, as names, numbers of things or dates: {_listed(gone)}."
    if later := sheet.of(Role.LATER):
        yield f"\n# Left out: {_listed(later)}. TODO: is it known only later? Then it is never an input."
    odd = [seen for seen in (*sheet.of(Role.OTHER), *sheet.of(Role.RESULT)) if not seen.look.is_number]
    for seen in [seen for seen in odd if 0 < len(seen.look.values) <= MOST_CODES]:
        yield "\n# TODO: is this something that the school does (then an input: take the marks away), or who"
        yield "# a student is (then an attribute under groups)?"
        yield "# [[features]]"
        yield f"# name = {_quoted(_new_name(seen.column, set()))}"
        yield '# type = "category"'
        yield f"# column = {_quoted(seen.column)}"
        yield f"# title = {_quoted(_title(seen.column))}"
    if free := [seen for seen in odd if not 0 < len(seen.look.values) <= MOST_CODES]:
        yield f"\n# Left out, as empty or of too many different texts: {_listed(free)}."


def _repeated_keys(sheet: Sheet) -> list[Seen]:
    return [seen for seen in sheet.of(Role.KEY) if seen is not sheet.key(seen.guess.name)]


def _groups(sheet: Sheet) -> Iterator[str]:
    yield "\n# For the audit only: a group is never an input, a reason or a word on a list."
    yield "[groups]"
    yield "privacy_minimum = 10"
    yield "depth = 2"
    used: set[str] = set()
    for seen in sheet.of(Role.GROUP):
        name = seen.guess.name if seen.guess.name not in used else _new_name(seen.column, used)
        title = TITLES[seen.guess.name] if name == seen.guess.name else _title(seen.column)
        used.add(name)
        yield f"\n[groups.attributes.{name}]"
        yield f"column = {_quoted(seen.column)}"
        yield f"title = {_quoted(title)}"
        yield f"values = {_table(_codes(seen.look))}  # TODO: the words for each code"
        yield '# reference = "..."  # TODO: the code to compare with, where there is one'
    if not used:
        yield "\n# [groups.attributes.lunch]  # TODO: at least one attribute"
        yield '# column = "lunch"'
        yield '# title = "Free lunch"'
        yield '# values = { F = "Free lunch", N = "No free lunch" }'


def _codes(look: Look) -> dict[str, str]:
    """Give the codes that enough students share, as long as they are few."""
    shared = sorted(code for code, count in look.values.items() if count >= FEWEST_WITH_CODE)
    return {code: code for code in shared} if len(look.values) <= MOST_CODES else {}


def _rest(sheet: Sheet) -> Iterator[str]:
    names = sheet.subjects or ["reading"]
    yield "\n# How many students can be supported, as a share of the roster."
    yield "[capacity]"
    yield "share = 0.20  # TODO"
    yield "\n# The rules in use today, which a model must beat. Results count in spreads from the standard."
    for name in names:
        yield f"[[indicators]]\ninput = {_quoted(name)}\nbelow = 0.0  # TODO\n"
    yield "[candidates]"
    yield f"last_result = {_list(names)}"
    for name, start in (("High", 0.5), ("Moderate", 0.25), ("Low", 0.0)):
        yield f"\n[[levels]]\nname = {_quoted(name)}\nstart = {start}"


def _new_name(column: str, used: Iterable[str]) -> str:
    """Give a name that a feature may have, and that no other has."""
    plain = unicodedata.normalize("NFKD", "_".join(column_words(column))).encode("ascii", "ignore").decode()
    stem = plain.strip("_") or "input"
    stem = stem if stem[0].isalpha() else f"n{stem}"
    names = (stem, *(f"{stem}_{number}" for number in range(2, 10_000)))
    return next(name for name in names if name not in used)


def _title(column: str) -> str:
    return " ".join(column_words(column)).capitalize() or column


def _listed(columns: list[Seen]) -> str:
    return ", ".join(_quoted(seen.column) for seen in columns)


def _table(pairs: dict[str, str]) -> str:
    """Give an inline table."""
    inner = ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in pairs.items())
    return f"{{ {inner} }}" if inner else "{}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    """Give a TOML string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
