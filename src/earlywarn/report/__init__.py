"""Pages and cards for people."""
