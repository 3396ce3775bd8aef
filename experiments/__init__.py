"""Experiments: a TOML and a page each, and the scripts that lay out their data."""
