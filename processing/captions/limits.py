"""How large a file of captions may be, and why."""

MOST_BYTES = 10 * 1024**2
"""The longest films have about 300 KB of captions as text; styled ASS with its fonts has a few MB,
and UTF-16 doubles that."""

QUICK_BYTES = 1024**2
"""The worst of files so large are read within a second."""

MOST_CUES = 50_000
"""A day of speech has about 30,000 cues."""

MOST_CHARACTERS = 5_000
"""In the text of one cue. A screen shows about 80 at a time, and lyrics or credits a few hundred;
the room is for tags."""

MOST_REGIONS = 64
"""Regions are places on the screen. A roll-up caption needs one."""

LONGEST_NAME = 200
"""Characters in an identifier, the name of a voice or of a chapter."""

MOST_MS = 2**31 - 1
"""Times are stored as 32-bit integers: 596 hours, which no video lasts."""

MOST_ERRORS = 20
"""As many wrong lines are told of; who mends those sees the rest."""
