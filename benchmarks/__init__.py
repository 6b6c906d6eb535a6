"""What is claimed about speed, runnable by anyone: `make bench NAME=x` runs `benchmarks/x.py`."""
