#!/bin/sh
# Compiles every *.in beside it to a hashed lock file, for Python 3.11 and later.
set -eu
cd "$(dirname "$0")"
for name in base production test dev; do
    uv pip compile --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --quiet "$@" "$name.in" -o "$name.txt"
done
