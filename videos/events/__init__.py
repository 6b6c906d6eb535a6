"""One log, many readers."""
