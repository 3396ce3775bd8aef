"""What stands over each table, on the pages and on the card; intervals are 95 % but for those a judgement rests on."""

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
LATER = "The chosen candidate on students a year later; schools at the right taught it nothing."
LISTS = "The chosen candidate at several lengths of the list, tested on the later year."
LEVELS = "What came of the students of each level in the untouched later test."
CROSSED = (
    "Where groups meet: size, on the list, found and overlooked.",
    "Where groups meet: flagged in vain, right when flagged, outcomes.",
    "Where groups meet: the gaps that are judged for single groups, in students of 100.",
)
