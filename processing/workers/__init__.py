"""Worker processes: their identity, their start and end, and cleaning up after dead ones."""
