"""Segments, checks and playlists: pure functions, no Django."""
