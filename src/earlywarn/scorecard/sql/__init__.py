"""The scorecard as one SELECT for a warehouse."""
