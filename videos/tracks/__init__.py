"""The tracks of a video: captions, subtitles and chapters, and how they are listed and changed."""
