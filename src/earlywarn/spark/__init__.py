"""Scoring on a Spark cluster, by the same code as in one process; needs the extra ``spark`` and Java 17."""
