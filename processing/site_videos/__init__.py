"""Fetch the video of a page by yt-dlp, which runs as a program of its own in the sandbox and can
reach nothing but our proxy."""
