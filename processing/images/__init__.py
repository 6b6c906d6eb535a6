"""Look at images in a program of its own, which decodes them and writes what may be shown."""
