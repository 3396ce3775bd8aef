"""The counselors' desk: a Django app that shows a published list to those it concerns, and keeps what they decide."""
