"""Chaos tests: the whole product as real processes, while everything around it fails at random.

`test_chaos.py` is the short form, `make chaos MINUTES=10 [SEED=…]` the long one.
"""
