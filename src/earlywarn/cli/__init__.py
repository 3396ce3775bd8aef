"""The command line: one sub-command a use-case, heavy imports inside."""
