"""Runs programs, within limits and a sandbox; `runner` is the one place that starts any."""
