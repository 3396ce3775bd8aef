"""What changed between a score run and the one before it: for whom, and why."""
