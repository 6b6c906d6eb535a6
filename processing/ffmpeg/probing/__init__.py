"""What a source is, and when its pictures are shown."""
