"""The forms of the desk: what a person may send, and what is said where it cannot be kept."""
