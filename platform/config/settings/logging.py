"""structlog and the standard library's logging, in the same format: see ``config.logs``."""

import logging as _logging

import structlog
from structlog.typing import Processor

from config.logs.ecs import to_ecs
from config.logs.privacy import hide_also, hide_secrets
from config.settings.base import ENV

hide_also(ENV.secrets)

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_JSON: list[Processor] = [to_ecs, hide_secrets, structlog.processors.JSONRenderer()]
_TEXT: list[Processor] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    # Exceptions become text here, so that secrets are found in them; locals are not included.
    structlog.processors.format_exc_info,
    hide_secrets,
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_SHARED,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
_logging.captureWarnings(capture=True)

_LEVEL = ENV.log_level.upper()
# At finer levels these libraries log headers, signatures and frames.
_QUIET = ("botocore", "boto3", "s3transfer", "urllib3", "websockets")
_QUIET_LEVEL = "ERROR" if _LEVEL == "ERROR" else "WARNING"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": _JSON if ENV.log_format == "json" else _TEXT,
            "foreign_pre_chain": _SHARED,
        }
    },
    "filters": {"bounded": {"()": "config.logs.outages.Bounded"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "structured",
            "filters": ["bounded"],
        }
    },
    "root": {"handlers": ["stderr"], "level": _LEVEL},
    "loggers": {
        # These loggers come with handlers of their own, which would write a different format.
        "django": {"handlers": [], "propagate": True, "level": _LEVEL},
        "uvicorn": {"handlers": [], "propagate": True, "level": _LEVEL},
        "uvicorn.error": {"handlers": [], "propagate": True, "level": _LEVEL},
        # RequestLog writes a line for each request.
        "uvicorn.access": {"handlers": [], "propagate": False},
        # While Redis is away it would log a traceback every second; other code reports that.
        "channels_redis": {"level": "CRITICAL"},
        # It logs every connection it hands out; code that gets none logs that itself.
        "psycopg.pool": {"level": "ERROR"},
        # It warns of headers that it cannot read with the whole URL, which may hold a secret.
        "urllib3.connection": {"level": "ERROR"},
        **{name: {"level": _QUIET_LEVEL} for name in _QUIET},
    },
}
