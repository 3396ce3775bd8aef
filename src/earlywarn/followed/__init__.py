"""For whom a list works, for whom it does not, and how sure we are."""
