"""What belongs to the whole site: settings, URLs, ASGI, WSGI, the broker's middleware."""
