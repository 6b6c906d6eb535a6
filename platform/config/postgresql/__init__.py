"""Django's PostgreSQL, with a bound on how many connections a process has at a time."""
