"""Each way in, by a client of its own, while processes are killed and what comes in is hostile."""
