"""Tell other servers of events by signed POST requests (Standard Webhooks)."""
