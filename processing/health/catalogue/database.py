"""The faults of the database."""

from processing.health.finding import Kind

UNKNOWN_HOST = Kind(
    "postgres_unknown_host",
    "The name {host} cannot be resolved.",
    "Correct the host in DATABASE_URL, or the name service of this machine.",
)
REFUSED = Kind(
    "postgres_refused",
    "Nothing listens at {where}.",
    "Start PostgreSQL, or correct host and port in DATABASE_URL; it listens to others only where "
    "its listen_addresses says so.",
)
SILENT = Kind(
    "postgres_silent",
    "Nothing answers at {where}.",
    "Look whether PostgreSQL hangs or a firewall drops what is sent, and correct host and port in "
    "DATABASE_URL.",
)
WRONG_PASSWORD = Kind(
    "postgres_password_wrong",
    "PostgreSQL refuses the password of {user}, or knows no such user.",
    "Correct user and password in DATABASE_URL, with @ as %40 and the like.",
)
NO_PASSWORD = Kind(
    "postgres_password_missing",
    "PostgreSQL wants a password of {user} and DATABASE_URL has none.",
    "Write it into DATABASE_URL: postgres://user:password@host:5432/name.",
)
NO_SUCH_ROLE = Kind(
    "postgres_role_missing",
    "PostgreSQL has no role {user}, or it may not log in.",
    "Create it (CREATE ROLE … LOGIN PASSWORD …), or correct the user in DATABASE_URL.",
)
NO_SUCH_DATABASE = Kind(
    "postgres_database_missing",
    "PostgreSQL has no database {database}.",
    "Create it (CREATE DATABASE … OWNER …), or correct the name at the end of DATABASE_URL.",
)
NOT_ADMITTED = Kind(
    "postgres_not_admitted",
    "PostgreSQL admits nobody from this machine as {user} to {database}.",
    "Add a line for them to its pg_hba.conf and reload it.",
)
WANTS_TLS = Kind(
    "postgres_wants_tls",
    "PostgreSQL admits this user by TLS alone, and DATABASE_URL does without.",
    "End DATABASE_URL in ?sslmode=verify-full&sslrootcert=/path/ca.pem, or in ?sslmode=require.",
)
NO_TLS = Kind(
    "postgres_without_tls",
    "DATABASE_URL asks for TLS and this PostgreSQL does not speak it.",
    "Switch it on there (ssl = on), or take sslmode out of DATABASE_URL.",
)
UNKNOWN_CA = Kind(
    "postgres_certificate_unknown",
    "The certificate of PostgreSQL is signed by nobody this machine trusts.",
    "Name the authority's file in DATABASE_URL: ?sslmode=verify-full&sslrootcert=/path/ca.pem.",
)
WRONG_NAME = Kind(
    "postgres_certificate_of_another",
    "The certificate of PostgreSQL is not for {host}.",
    "Use the name it was made for in DATABASE_URL, or have one made for this name.",
)
STARTING = Kind(
    "postgres_starting",
    "PostgreSQL is starting, stopping or recovering.",
    "Wait, and look at its log if it goes on.",
)
FULL = Kind(
    "postgres_full",
    "PostgreSQL has no free connections.",
    "Raise max_connections (or the role's own limit), put pgBouncer before it, or look who holds "
    "them (pg_stat_activity).",
)
FEW_LEFT = Kind(
    "postgres_few_connections",
    "Of {limit} connections {used} are taken.",
    "Raise max_connections, or put pgBouncer before it.",
    lesser=True,
)
READ_ONLY = Kind(
    "postgres_read_only",
    "This PostgreSQL refuses writes: it is a standby, or was set to read only.",
    "Name the primary in DATABASE_URL, or switch default_transaction_read_only off.",
)
TOO_OLD = Kind(
    "postgres_too_old",
    "This is PostgreSQL {version}.",
    "Use PostgreSQL 14 or later.",
)
NOT_UTF8 = Kind(
    "postgres_not_utf8",
    "The database keeps its text as {encoding}, which cannot hold every title.",
    "Create one with ENCODING 'UTF8' and move the data there.",
)
NOT_ALLOWED = Kind(
    "postgres_not_allowed",
    "The user {user} may not read and write {table}.",
    "Make it the owner of all tables (REASSIGN OWNED BY … TO …), as after a restore by another "
    "user.",
)
NO_UNACCENT = Kind(
    "search_without_unaccent",
    "The extension unaccent is not in the database, so that a search for lodz or strasse finds no "
    "Łódź and no Straße.",
    "Install PostgreSQL's contrib, run CREATE EXTENSION unaccent there as a superuser, then "
    "manage.py index_search.",
    lesser=True,
)
NO_POSTGRES = Kind(
    "postgres_is_something_else",
    "What answers at {where} is not PostgreSQL.",
    "Correct host and port in DATABASE_URL.",
)
OTHER = Kind(
    "postgres_error",
    "PostgreSQL answered: {error}.",
    "See its log, and DATABASE_URL.",
)
BEHIND = Kind(
    "database_behind",
    "{count} migrations were not applied: {first} is the first.",
    "Run manage.py migrate.",
)
AHEAD = Kind(
    "database_ahead",
    "The database was migrated by a later version: this code does not know {first}.",
    "Start the version that migrated it, or restore the backup made before.",
)
CLOCKS = Kind(
    "clock_differs",
    "The clock here is {seconds} seconds {direction} the database's.",
    "Let NTP set both (timedatectl set-ntp true).",
)
CLOCKS_SLIGHTLY = Kind(
    "clock_differs_slightly",
    CLOCKS.says,
    CLOCKS.do,
    lesser=True,
)
NO_FILE = Kind(
    "sqlite_unusable",
    "The SQLite file {file} cannot be opened: {error}.",
    "Look at the rights of the file and its folder, and at the disk.",
)
FILE_READ_ONLY = Kind(
    "sqlite_read_only",
    "The SQLite file {file} cannot be written.",
    "Give it and its folder to the user that runs Vodloom.",
)
DAMAGED = Kind(
    "sqlite_damaged",
    "{file} is no SQLite database, or is damaged.",
    "Put back the last backup of it.",
)
LOCKED = Kind(
    "sqlite_locked",
    "Another process has kept {file} locked for several seconds.",
    "Look which process holds it (fuser), or take PostgreSQL, which many can write to.",
    lesser=True,
)
