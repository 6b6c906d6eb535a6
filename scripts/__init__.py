"""What `make run` and `make test` do before and around the product itself.

Only prepare.py uses more than the standard library: the others run before .venv exists.
"""
