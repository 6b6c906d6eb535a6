"""Checks of what was published, from its rows up to its stored bytes."""
