"""How bytes come in: posted in one request, or taken from a local file."""
