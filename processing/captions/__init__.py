"""Captions as text: read from any format, cleaned, cut into segments and written. No Django."""
