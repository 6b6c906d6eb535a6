"""PostgreSQL in production; SQLite (WAL, IMMEDIATE) as the embedded default."""

from typing import cast

from config.settings.base import ENV

_database = ENV.database

if str(_database["ENGINE"]).endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so a claim's read and write are one step and
    # nobody meets SQLITE_BUSY half-way through; WAL lets readers go on meanwhile.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000;"
        ),
    }
else:
    # Behind pgBouncer in transaction mode nothing may hang on the session.
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    # Unless the address says otherwise: a server that does not even greet is not waited for.
    _options = cast("dict[str, object]", _database.get("OPTIONS", {}))
    _database["OPTIONS"] = {"connect_timeout": 10} | _options

DATABASES = {"default": _database}
