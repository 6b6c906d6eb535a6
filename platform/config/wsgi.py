"""The WSGI application: all except media under ``/m/``, probes and sockets, if WSGI is needed."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
