"""Issue playback addresses, and serve what they point at."""
