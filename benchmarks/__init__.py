"""Benchmarks for all claims about speed: `make bench NAME=x` runs `benchmarks/x.py`."""
