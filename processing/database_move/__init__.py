"""From SQLite to PostgreSQL: all rows in one transaction of the target, so that a move that ends
in the middle leaves nothing there. The source is only ever read, in one snapshot."""
