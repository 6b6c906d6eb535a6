"""The addresses of delegated uploads, below ``/u/``."""
