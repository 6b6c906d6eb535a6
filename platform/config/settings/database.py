"""PostgreSQL in production; SQLite (WAL, IMMEDIATE) as the embedded default."""

from typing import cast

from config.settings.base import ENV

_database = ENV.database

if str(_database["ENGINE"]).endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so a claim's read and write are one step and no
    # transaction fails with SQLITE_BUSY half-way; WAL lets readers go on meanwhile.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;"
        ),
    }
else:
    _database["ENGINE"] = "config.postgresql"
    # Behind pgBouncer in transaction mode nothing may depend on the session. (Django prepares no
    # statements unless it is told to.)
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
    # Connections go back to the pool as soon as a request, a task or a check is over.
    _database["CONN_MAX_AGE"] = 0
    _options = cast("dict[str, object]", _database.get("OPTIONS", {}))
    _database["OPTIONS"] = {
        # DATABASE_URL can override these. Connecting to a silent server takes less time than the
        # wait for a free connection, and a server that vanished is noticed.
        "connect_timeout": 8,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **_options,
        "pool": {
            "max_size": ENV.database_connections,
            # The seconds to wait while all connections are in use, and the seconds after which an
            # unused one is closed.
            "timeout": 20,
            "max_idle": 60,
        },
    }

DATABASES = {"default": _database}
