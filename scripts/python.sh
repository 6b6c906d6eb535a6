#!/bin/sh
# Runs a command of scripts/__main__.py with a Python that is new enough.
# Usage: python.sh COMMAND [ARGUMENT…]   (PYTHON=/path/to/python chooses one)
set -eu
cd "$(dirname "$0")/.."

for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$python" -m scripts "$@"
    fi
done

echo "Vodloom needs Python 3.11 or later, and found none (python3 is: $(python3 --version 2>&1 || true))." >&2
echo "Install one, or name it: make PYTHON=/path/to/python3.12 run" >&2
exit 1
