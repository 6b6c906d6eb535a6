"""Information for people about the work: progress, throughput, and why a job waits."""
