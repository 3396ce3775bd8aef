"""The record: written to a file before an answer leaves, loaded into the database in groups."""
