"""Addresses to play, and what they serve."""
