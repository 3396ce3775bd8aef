"""Levels: a word for a span of risk, and the sentence that says what it meant last time."""

from collections.abc import Sequence

import numpy as np

from earlywarn.columns import Coded, Floats
from earlywarn.scorecard.table import LevelMeaning


def level_of(risk: Floats, levels: Sequence[LevelMeaning]) -> Coded:
    """Give each risk its level; ``levels`` stand from the highest start to the lowest, which is 0."""
    codes = np.zeros(len(risk), dtype=np.int32)
    for level in levels[:-1]:
        codes += risk < level.start
    return Coded(codes, tuple(level.name for level in levels))


def meaning(level: LevelMeaning) -> str:
    """Say what a level meant in the untouched later test."""
    if level.share is None or level.low is None or level.high is None:
        return "too little data to say what this level means" + f" (n={level.students})" * (level.students > 0)
    share, low, high = (round(100 * part) for part in (level.share, level.low, level.high))
    return f"of 100 students at this level, about {share} missed the standard without extra support; {low} to {high}"
