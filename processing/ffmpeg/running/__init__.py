"""Runs programs, within limits and a sandbox; only `runner` starts any."""
