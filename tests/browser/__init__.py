"""Tests of the pages in a real Chromium and of the live feed, with the product's real processes."""
