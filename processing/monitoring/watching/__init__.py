"""Follow videos in a terminal: what is being worked on, and the events of the log."""
