"""Fetch files that users name by URL, from public addresses only, with bounds on all of it."""
