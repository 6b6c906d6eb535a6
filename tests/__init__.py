"""What crosses the apps: structure, end to end, browser, chaos, and the servers for them."""
