"""Runs and tasks, the actors that do them, and the media engine."""
