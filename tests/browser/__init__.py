"""The pages in a real Chromium, and the live feed, against the product's real processes."""
