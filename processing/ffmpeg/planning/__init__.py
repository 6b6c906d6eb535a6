"""What to make of a source, and where to cut it: pure decisions."""
