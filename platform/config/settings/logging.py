"""structlog: readable lines by default, JSON for machines with ``LOG_FORMAT=json``."""

import structlog
from structlog.typing import Processor

from config.log_privacy import hide_secrets
from config.settings.base import ENV

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    hide_secrets,
]
_RENDERER: Processor = (
    structlog.processors.JSONRenderer()
    if ENV.log_format == "json"
    else structlog.dev.ConsoleRenderer(
        colors=False,
        # The default shows the locals of every frame: secrets would end in the log.
        exception_formatter=structlog.dev.plain_traceback,
    )
)

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if ENV.log_format == "json" else []),
                _RENDERER,
            ],
            "foreign_pre_chain": _SHARED,
        }
    },
    "filters": {"outages": {"()": "config.log_outages.RepeatedOutages"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "structured",
            "filters": ["outages"],
        }
    },
    "root": {"handlers": ["stderr"], "level": ENV.log_level.upper()},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "botocore": {"level": "WARNING"},
        # While Redis is away it would write a traceback every second; we say so ourselves.
        "channels_redis": {"level": "CRITICAL"},
        "dramatiq": {"level": "WARNING"},
    },
}
