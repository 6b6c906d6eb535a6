"""Approve and reject videos."""
