"""Move a database from SQLite to PostgreSQL, in one transaction of the target, so that a move that
ends in the middle leaves nothing there. The source is only read, in one snapshot."""
