"""MP4: its boxes read and written, sizes never trusted. Modules are named for ISO's boxes."""
