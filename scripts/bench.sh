#!/bin/sh
# `make bench NAME=x`: see scripts/bench.py.
exec "$(dirname "$0")/python.sh" scripts.bench "$@"
