"""What every process writes to standard error: an object of JSON a line, in the names and types of
the Elastic Common Schema, or readable lines at a terminal."""
