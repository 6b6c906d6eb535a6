"""What is said in a video, as text with the time of each word, by an engine that runs as a program
of its own in the sandbox."""
