#!/bin/sh
# `make chaos`: see scripts/chaos.py.
exec "$(dirname "$0")/python.sh" scripts.chaos "$@"
