"""Take in files: posted in one request, or read from the local disk."""
