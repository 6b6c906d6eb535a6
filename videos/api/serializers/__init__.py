"""What the API reads and answers, by resource."""
