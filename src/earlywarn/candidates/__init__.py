"""Everything that can be fitted, and how it becomes a table."""
