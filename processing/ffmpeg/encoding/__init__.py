"""The commands that make it: arguments are pure data."""
