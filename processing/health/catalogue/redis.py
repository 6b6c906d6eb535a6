"""The faults of Redis."""

from processing.health.finding import Kind

UNKNOWN_HOST = Kind(
    "redis_unknown_host",
    "The name {host} cannot be resolved.",
    "Correct the host in REDIS_URL, or the name service of this machine.",
)
REFUSED = Kind(
    "redis_refused",
    "Nothing listens at {where}.",
    "Start Redis, or correct host and port in REDIS_URL.",
)
SILENT = Kind(
    "redis_silent",
    "Nothing answers at {where}.",
    "Look whether Redis hangs or a firewall drops what is sent, and correct host and port in "
    "REDIS_URL.",
)
WRONG_PASSWORD = Kind(
    "redis_password_wrong",
    "Redis refuses the user or the password.",
    "Correct them in REDIS_URL (redis://user:password@host:6379/0; without a user it is default).",
)
NO_PASSWORD = Kind(
    "redis_password_missing",
    "Redis wants a password and REDIS_URL has none.",
    "Write it into REDIS_URL: redis://:password@host:6379/0.",
)
WANTS_TLS = Kind(
    "redis_wants_tls",
    "The port at {where} speaks TLS, and REDIS_URL begins with redis://.",
    "Begin it with rediss://, or name the port that does not.",
)
NO_TLS = Kind(
    "redis_without_tls",
    "The port at {where} does not speak TLS.",
    "Begin REDIS_URL with redis:// instead of rediss://, or name the port that does.",
)
UNKNOWN_CA = Kind(
    "redis_certificate_unknown",
    "The certificate of Redis is signed by nobody this machine trusts.",
    "Name the authority's file in REDIS_URL: ?ssl_ca_certs=/path/ca.pem.",
)
WRONG_NAME = Kind(
    "redis_certificate_of_another",
    "The certificate of Redis is not for {host}.",
    "Use the name it was made for in REDIS_URL, or have one made for this name.",
)
EXPIRED = Kind(
    "redis_certificate_expired",
    "The certificate of Redis is out of date, or the clock here is wrong.",
    "Renew the certificate, and look at the clock of this machine.",
)
WANTS_CERTIFICATE = Kind(
    "redis_wants_certificate",
    "Redis wants a certificate of its clients and refused the connection.",
    "Name one in REDIS_URL: ?ssl_certfile=/path/cert.pem&ssl_keyfile=/path/key.pem.",
)
NO_SUCH_DATABASE = Kind(
    "redis_database_missing",
    "Redis has no database {number}.",
    "End REDIS_URL in the number of one that it has (0 always is), or raise its `databases`.",
)
TOO_OLD = Kind(
    "redis_too_old",
    "This is Redis {version}.",
    "Use Redis 6.2 or later.",
)
READ_ONLY = Kind(
    "redis_read_only",
    "This Redis is a replica and refuses writes.",
    "Name the primary in REDIS_URL.",
)
FULL = Kind(
    "redis_full",
    "Redis has used up its memory and refuses writes.",
    "Raise its maxmemory, or give it to Vodloom alone: that needs a few megabytes.",
)
EVICTS = Kind(
    "redis_evicts",
    "When its memory is full Redis throws away keys (maxmemory-policy {policy}), wake-ups too.",
    "Set maxmemory-policy noeviction or volatile-lru.",
    lesser=True,
)
CANNOT_SAVE = Kind(
    "redis_cannot_save",
    "Redis refuses writes, because it cannot write its snapshot.",
    "Repair the disk of Redis; its log says what is wrong.",
)
TOO_MANY_CLIENTS = Kind(
    "redis_too_many_clients",
    "Redis has no free connections.",
    "Raise its maxclients, or look who holds them (CLIENT LIST).",
)
LOADING = Kind(
    "redis_loading",
    "Redis is still reading its data.",
    "Wait until it is done.",
)
NOT_ALLOWED = Kind(
    "redis_not_allowed",
    "The user may not use {command}.",
    "Give the user of REDIS_URL all commands on all keys and channels: ACL SETUSER … ~* &* +@all.",
)
NO_REDIS = Kind(
    "redis_is_something_else",
    "What answers at {where} is not Redis.",
    "Correct host and port in REDIS_URL.",
)
OTHER = Kind(
    "redis_error",
    "Redis answered: {error}.",
    "See its log, and REDIS_URL.",
)
