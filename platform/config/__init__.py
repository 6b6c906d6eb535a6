"""Code for the whole site: settings, URLs, ASGI, WSGI, logs and the admin's site."""
