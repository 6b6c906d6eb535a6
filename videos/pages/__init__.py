"""The web pages for users."""
