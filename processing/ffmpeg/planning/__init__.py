"""What is made of a source, and where it is cut: pure decisions."""
