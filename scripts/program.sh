#!/bin/sh
# Runs one process of the product in the foreground. Only this file knows their commands:
# the supervisor of `make run`, the tests and the container image use it.
# Usage: program.sh web|reconciler|encode|light|redis
set -eu
cd "$(dirname "$0")/.."
export PYTHONPATH="$PWD:$PWD/platform" PYTHONUNBUFFERED=1

if [ -n "${VODLOOM_RUN:-}" ] && [ "$1" != redis ]; then
    # `make run` starts this script while it still migrates.
    while [ ! -e "$VODLOOM_RUN/prepared" ]; do sleep 0.05; done
fi

case "$1" in
web) exec python -m config.serve --host "${HOST:-127.0.0.1}" --port "${PORT:-8000}" ;;
# Background processes run at a lower priority than the web process, which answers people.
reconciler) exec nice -n 5 python manage.py reconcile --forever ;;
encode) exec nice -n 5 python manage.py worker --queues encode --threads 1 ;;
light) exec nice -n 5 python manage.py worker --queues ingest,media,speech,notify,default --threads 4 ;;
redis) exec redis-server "$VODLOOM_RUN/redis.conf" ;;
*)
    echo "program.sh: there is no program $1" >&2
    exit 2
    ;;
esac
