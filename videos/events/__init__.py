"""The event log and the feeds that read it."""
