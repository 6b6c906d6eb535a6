"""The live feed: readers of the event log that pass it on to open sockets and streams."""
