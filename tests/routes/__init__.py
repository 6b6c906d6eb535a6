"""Every route, and what it answers to whom."""
