"""Networks of tests."""

from ipaddress import ip_network

LOOPBACK = (ip_network("127.0.0.0/8"),)
"""This machine, which nothing may be fetched from unless it is allowed."""
