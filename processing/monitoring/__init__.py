"""What people are shown of the work: progress, throughput, why something waits."""
