#!/bin/sh
# Compiles every *.in beside it to a hashed lock file, for Python 3.11 and later.
# A lock is installed line by line (--no-deps): all there is to resolve is resolved here. Extras stay
# in the lines, so that a lock says what it must hold, and a test can see that nothing is missing.
set -eu
cd "$(dirname "$0")"
for name in installer base production test dev; do
    uv pip compile --universal --python-version 3.11 --generate-hashes \
        --no-strip-extras --no-emit-index-url --no-header --quiet "$@" "$name.in" -o "$name.txt"
done
