"""Django's PostgreSQL backend with a limit on the connections of a process."""
