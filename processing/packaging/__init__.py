"""MP4 boxes, segments, checks and playlists: pure functions, no Django."""
