"""The commands that encode, as lists of arguments: pure data, nothing is run here."""
