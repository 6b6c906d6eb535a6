"""Runs and tasks, the actors that perform them, and the media engine."""
