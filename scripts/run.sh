#!/bin/sh
# `make run`: see scripts/run.py.
exec "$(dirname "$0")/python.sh" scripts.run
