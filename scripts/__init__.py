"""The work of `make run` and `make test` before and around the product itself.

These modules use only the standard library, since .venv does not exist yet. The exceptions are
prepare.py, which runs inside the product, and vendor.py, a tool for updating the players.
"""
