"""The TOML of a first mapping: what fits stands, what is open stands as a comment for a person to choose.

Nothing in it is an input: groups go under ``[groups.attributes]``, and features are left to the person.
"""

import json
from collections.abc import Iterator, Sequence

from earlywarn.roster.mapping import Fit, Mapping, Sure
from earlywarn.roster.recognise import TITLES
from earlywarn.roster.vocabulary import GROUPS, PEOPLE

KEYS = ("student_id", "school_id", "school_year", "grade")
SUBJECTS = {"result_reading": "reading", "result_mathematics": "mathematics"}
_ELSEWHERE = frozenset({*KEYS, *SUBJECTS, *GROUPS, *PEOPLE})


def mapping_toml(made: Sequence[Mapping]) -> str:
    """Give the text: the roster's sections, then as comments what belongs to people and to other files."""
    roster, *others = made
    parts = (_top(roster), _roster(roster), _columns(roster), _groups(roster), _people(made), _left(roster))
    lines = [line for part in parts for line in part]
    for other in others:
        lines += [f"\n# Columns of {_listed(other.files)}, which is not the roster:"]
        lines += [f"# {fit.canonical} = {_quoted(fit.column)}  # {_told(fit)}" for fit in other.fits]
        lines += [f"# not recognised: {_listed(other.unknown)}"] if other.unknown else []
    return "\n".join(lines) + "\n"


def _top(roster: Mapping) -> Iterator[str]:
    yield f"# A first mapping of {_listed(roster.files)}, by 'earlywarn map' from the headers alone; no cell was read."
    yield "# certain: a table of synonyms names it. likely: read it and confirm. OPEN: choose, then take the # away."
    yield "# Put the sections into your experiment TOML; docs/map.md says how."


def _roster(roster: Mapping) -> Iterator[str]:
    yield "\n[roster]"
    for key in KEYS:
        yield from _lines(roster, key, key)
    results = {subject: fit for name, subject in SUBJECTS.items() if (fit := roster.fit(name))}
    inner = ", ".join(f"{subject} = {_quoted(fit.column)}" for subject, fit in results.items())
    told = "; ".join(f"{subject} {_told(fit)}" for subject, fit in results.items())
    yield f"results = {{ {inner} }}  # {told}" if results else "# results = {}  # OPEN: no column looks like a result"
    for name, subject in SUBJECTS.items():
        for choice in [choice for choice in roster.open if choice.canonical == (name,)]:
            yield f"# OPEN: {len(choice.columns)} columns fit results.{subject}: {_listed(choice.columns)}"


def _columns(roster: Mapping) -> Iterator[str]:
    yield "\n# Canonical column -> the file's own."
    yield "[roster.columns]"
    names = dict.fromkeys([*(fit.canonical for fit in roster.fits), *(c.canonical[0] for c in roster.open)])
    for name in names:
        if name not in _ELSEWHERE:
            yield from _lines(roster, name, name)


def _lines(roster: Mapping, canonical: str, key: str) -> Iterator[str]:
    """Give the line of a canonical column, or the choices for it as comments."""
    fit = roster.fit(canonical)
    choices = [choice for choice in roster.open if canonical in choice.canonical]
    if fit is not None:
        yield f"{key} = {_quoted(fit.column)}  # {_told(fit)}"
    for choice in choices:
        yield f"# OPEN: {len(choice.columns)} columns fit {canonical}; choose one"
        yield from (f"# {key} = {_quoted(column)}" for column in choice.columns)
    if fit is None and not choices and canonical in KEYS:
        yield f'# {key} = "..."  # OPEN: no column looks like it'


def _groups(roster: Mapping) -> Iterator[str]:
    yield "\n# For the audit only: a group is never an input, a reason or a word on a list."
    fits = [fit for fit in roster.fits if fit.canonical in GROUPS]
    for fit in fits:
        yield f"\n[groups.attributes.{fit.canonical}]"
        yield f"column = {_quoted(fit.column)}  # {_told(fit)}"
        yield f"title = {_quoted(TITLES[fit.canonical])}"
        yield '# values = { code = "words" }  # the codes of your file and their words'
        yield '# reference = "code"  # the code to compare with, where there is one'
    for choice in [choice for choice in roster.open if set(choice.canonical) & set(GROUPS)]:
        yield f"\n# OPEN: {' or '.join(choice.canonical)} from {_listed(choice.columns)}: choose one of each"
        for canonical in choice.canonical:
            yield f"# [groups.attributes.{canonical}]"
            yield from (f"# column = {_quoted(column)}" for column in choice.columns)
            yield f"# title = {_quoted(TITLES[canonical])}"
    if not fits:
        yield "# OPEN: name at least one attribute under [groups.attributes]"


def _people(made: Sequence[Mapping]) -> Iterator[str]:
    found = [(mapping, fit) for mapping in made for fit in mapping.fits if fit.canonical in PEOPLE]
    torn = [choice for mapping in made for choice in mapping.open if set(choice.canonical) & set(PEOPLE)]
    if found or torn:
        yield "\n# The people file: names and caseloads, which never enter training. Keep these out of the roster."
    for mapping, fit in found:
        yield f"# {fit.canonical} = {_quoted(fit.column)}  # {_told(fit)}; in {_listed(mapping.files)}"
    for choice in torn:
        yield f"# OPEN: {len(choice.columns)} columns fit {choice.canonical[0]}: {_listed(choice.columns)}"


def _left(roster: Mapping) -> Iterator[str]:
    if roster.aside:
        yield "\n# Not mapped:"
        yield from (f"# {_quoted(column)}: {_quoted(remark)[1:-1]}" for column, remark in roster.aside)
    if roster.unknown:
        yield "\n# Not recognised; add a name to your own table (--synonyms) if it is one of the contract's:"
        yield from (f"# {_quoted(column)}" for column in roster.unknown)


def _told(fit: Fit) -> str:
    return f"{fit.sure.value}: {fit.why}" if fit.sure is Sure.CERTAIN else f"likely, confirm: {fit.why}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(text: str) -> str:
    """Give a TOML string that keeps a comment on its line; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
