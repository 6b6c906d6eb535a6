"""The version of Vodloom, shown to staff, in the log, and by ``manage.py version``."""

VERSION = "0.9.0.dev0"
