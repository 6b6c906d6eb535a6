"""Checks of published releases, from their rows to their stored bytes."""
