"""One TOML file an experiment, read into frozen models."""
