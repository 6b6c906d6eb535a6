"""What a source is, and when its frames are shown."""
