"""The engines: a module for each, whose package and model are only loaded by ``open_engine``."""
