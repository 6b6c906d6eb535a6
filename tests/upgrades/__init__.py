"""Upgrades from the release before, with runs in progress."""
