"""Approve and reject."""
