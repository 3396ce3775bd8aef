"""The model as a table that a board can read."""
