"""The made-up audits of the reports' tests."""

from tests.report.conftest import early, experiment, findings, pooled, ranking

__all__ = ["early", "experiment", "findings", "pooled", "ranking"]
