"""The event log by plain HTTP: as event streams, and as a list for polling."""
