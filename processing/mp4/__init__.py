"""Reads and writes MP4 boxes; sizes are never trusted. Modules are named for ISO's boxes."""
