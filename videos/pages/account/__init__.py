"""The pages of one's own account, each with the URLs of its forms."""
