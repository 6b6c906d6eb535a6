#!/bin/sh
# `make test`, `make test-fast`, `make test-all`: see scripts/test.py.
exec "$(dirname "$0")/python.sh" scripts.test "$@"
