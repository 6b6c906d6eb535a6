#!/bin/sh
# Compiles every *.in beside it to a hashed lock file, for Python 3.11 and later.
# A lock is installed line by line (--no-deps): all there is to resolve is resolved here. Extras stay
# in the lines, so that a lock says what it must hold, and a test can see that nothing is missing.
set -eu
cd "$(dirname "$0")"
shape="--universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url"
for name in installer base production site speech-faster-whisper speech-whisper-cpp speech-pocketsphinx test dev; do
    uv pip compile $shape --no-header --quiet "$@" "$name.in" -o "$name.txt"
done
# Tools that tests run in environments of their own.
cd ../tests/clients
for name in generator node schemathesis; do
    uv pip compile $shape --no-header --quiet "$@" "$name.in" -o "$name.txt"
done
# The same for npm, without the address of a registry.
for folder in . uppy; do
    npm --prefix "$folder" install --package-lock-only --omit-lockfile-registry-resolved --no-audit \
        --no-fund --silent
done
