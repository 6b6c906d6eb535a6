"""The configuration of the supervisor and of the private Redis, as text."""

from __future__ import annotations

from pathlib import Path

from scripts import processes

STOP_SECONDS = 7
"""How long a process may take to stop, besides the grace of uploads, before it is killed."""

_SUPERVISOR = """\
; Written at every start, for DATA/run as the working folder: paths in here would need escaping.
[supervisord]
nodaemon=true
silent=true
pidfile=supervisord.pid
logfile=../log/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
childlogdir=../log
"""

# startretries: never give up; the pause between tries grows by a second each time.
# stopasgroup: a worker's master passes the signal on; a child that got it twice would die at once
# instead of handing its task back.
_PROGRAM = """
[program:{name}]
command={tied}sh -c 'exec "$VODLOOM_ROOT/scripts/program.sh" {name}'
process_name=%(program_name)s{suffix}
numprocs={count}
environment=VODLOOM_WORKER_NAME="%(ENV_VODLOOM_WORKER_NAME)s-{name}{suffix}"
autorestart=true
startsecs=3
startretries=1000000
stopasgroup=false
killasgroup=true
stopwaitsecs={stop_seconds}
redirect_stderr=true
stdout_logfile=../log/{name}{suffix}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""

_GROUP = """
[group:{name}]
programs={programs}
priority={priority}
"""


def supervisor_conf(
    *, encode_workers: int, private_redis: bool, as_root: bool, grace_seconds: int
) -> str:
    """Return the text of supervisord.conf. Web processes let uploads go on for ``grace_seconds``.

    Groups start in the order of their priority and stop in the opposite order, so that Redis
    outlives the processes that use it. Within a group all stop at the same time.
    """
    parts = [_SUPERVISOR]
    if as_root:
        # Without this line supervisord warns at every start.
        parts.append("user=root\n")
    if private_redis:
        parts += [_program("redis"), _GROUP.format(name="store", programs="redis", priority=1)]
    parts.append(_program("web", stop_seconds=STOP_SECONDS + grace_seconds))
    parts += [_program("reconciler"), _program("light")]
    parts.append(_program("encode", encode_workers))
    programs = "web,reconciler,light,encode"
    parts.append(_GROUP.format(name="vodloom", programs=programs, priority=2))
    return "".join(parts)


def _program(name: str, count: int = 0, *, stop_seconds: int = STOP_SECONDS) -> str:
    """Return the section of a program; with a count, of that many processes numbered from 0."""
    return _PROGRAM.format(
        name=name,
        tied="".join(f"{word} " for word in processes.tied_to_parent()),
        suffix="-%(process_num)d" if count else "",
        count=count or 1,
        stop_seconds=stop_seconds,
    )


def redis_conf(*, socket: Path, folder: Path) -> str:
    """Return the text of redis.conf: a socket for its owner only, and no network port.

    Redis holds only wake-ups and counters, while the state is in the database, so a small memory
    limit is enough.
    """
    return "\n".join(
        [
            "port 0",
            # A title would overwrite the environment, which scripts/processes.py searches.
            "set-proc-title no",
            f"unixsocket {_quoted(socket)}",
            "unixsocketperm 700",
            f"dir {_quoted(folder)}",
            'save ""',
            "appendonly yes",
            "maxmemory 256mb",
            "maxmemory-policy volatile-lru",
            "",
        ]
    )


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
