"""What `make run` and `make test` do before and around the product itself.

Only the standard library is used, for .venv does not exist yet; except by prepare.py, which runs
inside the product, and by vendor.py, a tool for those who change the players.
"""
