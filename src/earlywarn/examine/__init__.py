"""Students as an audit reads them: of a cohort, of anybody's scores file, of a score run."""
