"""The log of every process on standard error: one JSON object per line, with the names and types of
the Elastic Common Schema, or readable lines at a terminal."""
