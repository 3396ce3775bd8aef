"""What stands over each table, on the pages and on the card; intervals are 95 % but for those a judgement rests on."""

from earlywarn.report import words as w

OPEN = "What the evidence does not decide, and what would. A number holds only while the gap stays as it is."
FOUND = "Who is on the list, and of those who missed the standard, who was found and who was overlooked."
RIGHT = "How often a place on the list was in vain, how often it was right, and what is known of outcomes."
JUDGED_GAPS = "Gaps that compare like with like, in students of 100, with 95\u00a0% intervals."
RAW = "Raw gaps, in students of 100, with 95\u00a0% intervals; reported and never judged."
ORIGINS = "Through which inputs the gaps come about, in students of 100, with 95\u00a0% intervals; the parts add up."
LACKED = "The part of missing inputs, input by input, in students of 100, with 95\u00a0% intervals."
JUDGEMENTS = "Every rule of the gate for every group: the judgement and the interval it rests on, in 100."
RULES = "The indicator rules under the same gate; the rules about a gain over them are left out."
OUTCOMES = "What is known of the students of the test year. An unknown outcome is never read as met."
REACHED = "Students who missed the standard: found by this list, and by one that knows the groups."
RELIABILITY = "Students of similar risk: the risk stated, and the share who missed the standard."
CANDIDATES = "All candidates; the choice was made on the loss out of fold, before the test was looked at."
LATER = "The chosen candidate on the test; at the right by tables that no school judged had taught."
LISTS = "The chosen candidate at several lengths of the list, on the test."
LEVELS = "What came of the students of each level in the untouched test."
POOLED = "alone, and drawn towards those of the same attribute; the gate reads them alone."
LISTED = "Who is on the list and who has no score; raw shares, reported and never judged."
WITHIN = "Within each group: how many of those not flagged missed the standard, and how well students are ordered."
WITHIN_RISKS = f"{WITHIN[:-1]}; and whether their risks came true."
FRONTIER = "What each list finds, and the gaps it leaves, with its change against the chosen list (95\u00a0% interval)."
TRADED = "Students of each group: counts on the chosen list, and how many more or fewer on each other one."
MOVED = "Every gap in students of 100, and its change against the chosen list (95\u00a0% interval)."
EVERYONE = "Raw differences to all students, in students of 100, with 95\u00a0% intervals; reported and never judged."
RATIOS = "Raw shares as so many times those of the reference, with 95\u00a0% intervals; reported and never judged."
SCORED = "Who has no score, of all students in scope; differences in students of 100."
INPUTS = "Who lacks an input, of all students in scope."
CROSSED_UNJUDGED = "Where groups meet: who is on the list, and who has no score."
CROSSED = (
    "Where groups meet: who is on the list, and of those who missed the standard, who was found and overlooked.",
    "Where groups meet: flagged in vain, right when flagged, outcomes.",
    "what a 95\u00a0% interval says of each difference alone, and what is left of it among so many.",
)


def cut_title(cut: str) -> str:
    """Say in words which cut is meant, such as "Level High or higher"."""
    return f"{w.capital(cut)} or higher"


def at_cut(cut: str) -> str:
    """Say what a table at another cut than the list's shows."""
    return f"{cut_title(cut)}: if all these students had been flagged, whatever their number."
